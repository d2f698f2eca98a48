use super::*;

#[test]
fn a_late_response_is_delayed_by_the_given_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let wire = WireFaults {
            delay: Duration::from_secs(3600),
            per_mille: BTreeMap::from([(WireDisturbance::Delay, 1000)]),
            ..WireFaults::NONE
        };
        let began = tokio::time::Instant::now();
        DisturbedEndpoint::new(ToyEndpoint::new(json!({})), wire).send(&request(&call("showBox"))).await;
        assert_eq!(began.elapsed(), Duration::from_secs(3600));
    });
}

#[test]
fn faults_have_the_given_frequency_and_depend_on_the_seed() {
    let wire = |seed| WireFaults {
        seed,
        per_mille: BTreeMap::from([(WireDisturbance::ResetAfter, 100), (WireDisturbance::Truncate, 20)]),
        ..WireFaults::NONE
    };
    let drawn: Vec<_> = (0..10_000).map(|number| wire(3).choose_fault(number)).collect();
    let count = |fault| drawn.iter().filter(|drawn| **drawn == Some(fault)).count();
    assert!(
        (900..1100).contains(&count(WireDisturbance::ResetAfter))
            && (150..250).contains(&count(WireDisturbance::Truncate))
    );
    assert_eq!(count(WireDisturbance::Delay), 0);
    assert_ne!(drawn, (0..10_000).map(|number| wire(4).choose_fault(number)).collect::<Vec<_>>());
}

#[test]
fn faults_are_parsed_from_a_text_and_unknown_ones_are_named() {
    let wire: WireFaults = "reset-after=20, gzip,seed=7".parse().unwrap();
    assert_eq!(
        wire,
        WireFaults {
            seed: 7,
            gzip: true,
            per_mille: BTreeMap::from([(WireDisturbance::ResetAfter, 20)]),
            ..WireFaults::NONE
        }
    );
    assert_eq!("".parse(), Ok(WireFaults::NONE));
    let told = |text: &str| text.parse::<WireFaults>().unwrap_err();
    assert!(told("explode=3").contains("`explode=3`") && told("explode=3").contains("extra-fields"));
    assert!(told("delay").contains("`delay`"));
    assert!(told("delay=x").contains("per thousand"));
    assert!(told("delay=600,truncate=600").contains("1200"));
}
