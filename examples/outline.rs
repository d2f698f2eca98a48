fn main() {
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        match probity::pages::dialect::read(&f, &b) {
            Ok(d) => println!("{}", d.outline()),
            Err(e) => println!("ERR {e}"),
        }
    }
}
