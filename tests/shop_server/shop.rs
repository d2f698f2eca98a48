//! The shop behind the server: products, carts and orders in memory.

use serde_json::{Map, Value, json};

/// A fault of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShopFault {
    /// A deleted product is still listed.
    DeletedIsListed,
    /// A change of a description is answered and not stored.
    ChangeIsLost,
    /// An order is cancelled without a key.
    KeyIsNotChecked,
    /// The opening of a cart is answered with 200.
    OtherStatus,
    /// A cancelled order stays open.
    CancelDoesNothing,
    /// A part of the list begins one product too late.
    PartSkipsOne,
    /// A quantity above the maximum is accepted.
    QuantityIsNotChecked,
    /// The price of a shown product is a text.
    PriceIsText,
}

/// Every fault, in the order above.
pub const FAULTS: [ShopFault; 8] = [
    ShopFault::DeletedIsListed,
    ShopFault::ChangeIsLost,
    ShopFault::KeyIsNotChecked,
    ShopFault::OtherStatus,
    ShopFault::CancelDoesNothing,
    ShopFault::PartSkipsOne,
    ShopFault::QuantityIsNotChecked,
    ShopFault::PriceIsText,
];

/// The only key.
pub const KEY: &str = "shop-key";

type Answer = (u16, Option<Value>);

/// All resources, oldest first.
pub struct Shop {
    fault: Option<ShopFault>,
    products: Vec<Map<String, Value>>,
    deleted: Vec<Map<String, Value>>,
    carts: Vec<Map<String, Value>>,
    orders: Vec<Map<String, Value>>,
    made: u64,
}

impl Shop {
    pub fn new(fault: Option<ShopFault>) -> Shop {
        Shop { fault, products: vec![], deleted: vec![], carts: vec![], orders: vec![], made: 0 }
    }

    /// `body` is none without a body, and none inside for a body that is no JSON.
    pub fn answer(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        key: Option<&str>,
        body: Option<Option<Value>>,
    ) -> Answer {
        let Some(rest) = path.strip_prefix("/v1/") else { return refuse(404, "no such path") };
        let steps: Vec<&str> = rest.split('/').collect();
        let unchecked = self.fault == Some(ShopFault::KeyIsNotChecked) && steps.last() == Some(&"cancel");
        if key != Some(KEY) && !unchecked {
            return refuse(401, "unknown key");
        }
        let body = body.flatten().and_then(|it| it.as_object().cloned());
        match (method, steps.as_slice()) {
            ("GET", ["products"]) => self.list_products(query),
            ("POST", ["products"]) => self.create_product(body),
            ("GET", ["products", id]) => self.show_product(id),
            ("PATCH", ["products", id]) => self.change_product(id, body),
            ("DELETE", ["products", id]) => self.delete_product(id),
            ("GET", ["carts"]) => (200, Some(self.carts.iter().cloned().map(Value::Object).collect())),
            ("POST", ["carts"]) => self.create_cart(body),
            ("GET", ["carts", id]) => show(&self.carts, id),
            ("PUT", ["carts", id]) => self.replace_cart(id, body),
            ("DELETE", ["carts", id]) => delete(&mut self.carts, id).map_or_else(not_found, |_| (204, None)),
            ("GET", ["orders"]) => (200, Some(json!({ "orders": self.orders }))),
            ("POST", ["orders"]) => self.create_order(body),
            ("GET", ["orders", id]) => show(&self.orders, id),
            ("DELETE", ["orders", id]) => delete(&mut self.orders, id).map_or_else(not_found, |_| (204, None)),
            ("POST", ["orders", id, "pay"]) => self.end_order(id, "paid"),
            ("POST", ["orders", id, "cancel"]) => self.end_order(id, "cancelled"),
            _ => refuse(404, "no such path"),
        }
    }

    /// An id that no resource had.
    fn draw_id(&mut self) -> String {
        self.made += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.made)
    }

    fn list_products(&self, query: &str) -> Answer {
        let mut limit = usize::MAX;
        let mut shown: Vec<&Map<String, Value>> = self.products.iter().collect();
        if self.fault == Some(ShopFault::DeletedIsListed) {
            shown.extend(&self.deleted);
        }
        for (name, value) in query.split('&').filter_map(|it| it.split_once('=')) {
            match name {
                "limit" => match value.parse() {
                    Ok(number @ 1..=100) => limit = number,
                    _ => return refuse(400, "limit"),
                },
                "marker" => {
                    let Some(at) = shown.iter().position(|it| it["id"] == value) else { return refuse(400, "marker") };
                    let skipped = usize::from(self.fault == Some(ShopFault::PartSkipsOne));
                    shown.drain(..shown.len().min(at + 1 + skipped));
                }
                _ => {}
            }
        }
        shown.truncate(limit);
        (200, Some(json!({ "products": shown })))
    }

    fn create_product(&mut self, body: Option<Map<String, Value>>) -> Answer {
        let Some(body) = body.filter(|it| is_product(it) && has(it, "name") && has(it, "price_cents")) else {
            return refuse(400, "product");
        };
        let mut product = Map::new();
        product.insert("id".into(), self.draw_id().into());
        product.insert("stock".into(), 0.into());
        copy(&body, &mut product, &["name", "price_cents", "description", "stock"]);
        product.insert("created_at".into(), "2026-01-02T03:04:05Z".into());
        self.products.push(product.clone());
        (201, Some(Value::Object(product)))
    }

    fn show_product(&self, id: &str) -> Answer {
        let (status, mut body) = show(&self.products, id);
        if let Some(product) = body.as_mut().filter(|_| status == 200 && self.fault == Some(ShopFault::PriceIsText)) {
            product["price_cents"] = product["price_cents"].to_string().into();
        }
        (status, body)
    }

    fn change_product(&mut self, id: &str, body: Option<Map<String, Value>>) -> Answer {
        let lost = self.fault == Some(ShopFault::ChangeIsLost);
        let Some(product) = find(&mut self.products, id) else { return not_found() };
        let Some(body) = body.filter(|it| is_product(it) && !it.is_empty()) else { return refuse(400, "product") };
        let mut answered = product.clone();
        copy(&body, &mut answered, &["name", "price_cents", "description"]);
        copy(&body, product, if lost { &["name", "price_cents"] } else { &["name", "price_cents", "description"] });
        (200, Some(Value::Object(answered)))
    }

    fn delete_product(&mut self, id: &str) -> Answer {
        let Some(product) = delete(&mut self.products, id) else { return not_found() };
        self.deleted.push(product);
        (204, None)
    }

    fn create_cart(&mut self, body: Option<Map<String, Value>>) -> Answer {
        let Some(body) = body.filter(is_cart) else { return refuse(400, "cart") };
        self.made += 1;
        let mut cart = Map::from_iter([("id".to_string(), self.made.into())]);
        copy(&body, &mut cart, &["customer", "note"]);
        self.carts.push(cart.clone());
        (if self.fault == Some(ShopFault::OtherStatus) { 200 } else { 201 }, Some(Value::Object(cart)))
    }

    fn replace_cart(&mut self, id: &str, body: Option<Map<String, Value>>) -> Answer {
        let Some(cart) = find(&mut self.carts, id) else { return not_found() };
        let Some(body) = body.filter(is_cart) else { return refuse(400, "cart") };
        cart.retain(|name, _| name == "id");
        copy(&body, cart, &["customer", "note"]);
        (200, Some(Value::Object(cart.clone())))
    }

    fn create_order(&mut self, body: Option<Map<String, Value>>) -> Answer {
        let most = if self.fault == Some(ShopFault::QuantityIsNotChecked) { i64::MAX } else { 20 };
        let valid = |it: &Map<String, Value>| {
            is_number(&it["quantity"], 1, most) && it.get("gift").is_none_or(Value::is_boolean)
        };
        let known = |it: &Map<String, Value>| has(it, "quantity") && it.get("product_id").is_some_and(Value::is_string);
        let Some(body) = body.filter(|it| known(it) && valid(it)) else { return refuse(400, "order") };
        if !self.products.iter().any(|it| it["id"] == body["product_id"]) {
            return not_found();
        }
        let mut order = Map::new();
        order.insert("id".into(), self.draw_id().into());
        copy(&body, &mut order, &["product_id", "quantity", "gift"]);
        order.insert("status".into(), "open".into());
        order.insert("created_at".into(), "2026-01-02T03:04:05Z".into());
        self.orders.push(order.clone());
        (201, Some(Value::Object(order)))
    }

    fn end_order(&mut self, id: &str, state: &str) -> Answer {
        let stays = self.fault == Some(ShopFault::CancelDoesNothing) && state == "cancelled";
        let Some(order) = find(&mut self.orders, id) else { return not_found() };
        if order["status"] != "open" {
            return refuse(409, "the order is not open");
        }
        if !stays {
            order.insert("status".into(), state.into());
        }
        (200, Some(Value::Object(order.clone())))
    }
}

fn refuse(status: u16, message: &str) -> Answer {
    (status, Some(json!({ "code": format!("E{status}"), "message": message })))
}

fn not_found() -> Answer {
    refuse(404, "there is no such resource")
}

fn is_id(resource: &Map<String, Value>, id: &str) -> bool {
    match &resource["id"] {
        Value::String(text) => text == id,
        number => id.parse().is_ok_and(|id: u64| number.as_u64() == Some(id)),
    }
}

fn find<'a>(all: &'a mut [Map<String, Value>], id: &str) -> Option<&'a mut Map<String, Value>> {
    all.iter_mut().find(|it| is_id(it, id))
}

fn show(all: &[Map<String, Value>], id: &str) -> Answer {
    all.iter().find(|it| is_id(it, id)).map_or_else(not_found, |it| (200, Some(Value::Object(it.clone()))))
}

fn delete(all: &mut Vec<Map<String, Value>>, id: &str) -> Option<Map<String, Value>> {
    let at = all.iter().position(|it| is_id(it, id))?;
    Some(all.remove(at))
}

fn copy(from: &Map<String, Value>, to: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(*name) {
            to.insert((*name).to_string(), value.clone());
        }
    }
}

fn has(body: &Map<String, Value>, name: &str) -> bool {
    body.contains_key(name)
}

fn is_text(value: Option<&Value>, least: usize, most: usize) -> bool {
    value.is_none_or(|it| it.as_str().is_some_and(|text| (least..=most).contains(&text.chars().count())))
}

/// JSON does not tell 3 from 3.0.
fn is_number(value: &Value, least: i64, most: i64) -> bool {
    let whole = value.as_i64().or_else(|| value.as_f64().filter(|it| it.fract() == 0.0).map(|it| it as i64));
    whole.is_some_and(|it| (least..=most).contains(&it))
}

fn is_product(body: &Map<String, Value>) -> bool {
    is_text(body.get("name"), 1, 60)
        && is_text(body.get("description"), 0, 200)
        && body.get("price_cents").is_none_or(|it| is_number(it, 1, 1_000_000))
        && body.get("stock").is_none_or(|it| is_number(it, 0, 10_000))
}

fn is_cart(body: &Map<String, Value>) -> bool {
    has(body, "customer") && is_text(body.get("customer"), 1, 40) && is_text(body.get("note"), 0, 80)
}
