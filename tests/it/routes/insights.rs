//! `GET /api/v1/admin/insights`

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::harness::{Api, Ask, Caller, accept_path};
use crate::tools::crowd::reject_path;
use crate::tools::dice::Dice;

const ENDPOINT: Ask = Ask::get("/api/v1/admin/insights");
const PATH: &str = "/api/v1/admin/insights";

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn only_admins_get_in() {
    let api = Api::start().await;
    ENDPOINT.turns_users_away(&api).await;
}

#[tokio::test]
async fn of_nothing_every_rate_is_unknown() {
    let api = Api::start().await;
    let before = api.rows().await;
    insta::assert_json_snapshot!(ENDPOINT.by(&api.admin("root")).await.json(200));
    assert_eq!(api.rows().await, before, "looking changed something");
}

#[tokio::test]
async fn what_all_users_did_this_week_is_counted() {
    let api = Api::start().await;
    for name in ["ada", "eve"] {
        let user = api.user(name);
        let exam = user.crammed_monday().await;
        user.propose(&exam).await;
        let proposal = user.propose(&exam).await;
        user.accept(&proposal).await;
        user.post("/api/rebalancing/proposals", json!({"trigger_item_id": exam["id"]}))
            .await
            .problem(409, "cooldown");
        if name == "ada" {
            user.undo(&proposal).await.json(200);
        }
    }
    let mut told = ENDPOINT.by(&api.admin("root")).await.json(200);
    for quantile in ["p50_ms", "p95_ms", "p99_ms"] {
        assert!(told["planning"][quantile].as_f64().is_some_and(|took| took > 0.0));
        told["planning"][quantile] = json!("…");
    }
    insta::assert_json_snapshot!(told);
    // A week later it is another week.
    api.clock.advance_minutes(7 * 24 * 60 + 1);
    assert_eq!(ENDPOINT.by(&api.admin("root")).await.json(200)["proposals"]["created"], 0);
}

#[tokio::test]
async fn a_day_over_its_cap_is_told() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.accept(&ada.propose(&ada.crammed_monday().await).await).await;
    // A cap that is lowered later makes no day look as if it had broken it.
    ada.put("/api/v1/settings", json!({"churn_cap": 0})).await.json(200);
    let over = async || ENDPOINT.by(&api.admin("root")).await.json(200)["churn"]["days_over_cap"].clone();
    assert_eq!(over().await, 0);
    let sql = api.db.client().await.unwrap();
    sql.batch_execute("UPDATE churn_ledger SET churn = cap + 1").await.unwrap();
    assert_eq!(over().await, 1);
    sql.batch_execute("UPDATE churn_ledger SET cap = NULL").await.unwrap();
    assert_eq!(over().await, 0, "no cap is known to be exceeded");
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let queries = [
        "from=today",
        "to=2026-03-02",
        "from=2026-03-02T09:00:00Z",
        "to=2026-03-02T08:00:00Z&from=2026-03-02T08:00:00Z",
        "from=2025-03-01T07:59:00Z&to=2026-03-02T08:00:00Z",
        "from=0001-01-01T00:00:00Z",
        "days=7",
    ];
    insta::assert_json_snapshot!(api.admin("root").refused_queries(PATH, &queries).await);
    let year = "from=2025-03-01T08:00:00Z&to=2026-03-02T08:00:00Z";
    api.admin("root").get(&format!("{PATH}?{year}")).await.json(200);
    for end in ["to=0001-01-08T00:00:00Z", "from=9999-12-31T23:58:00Z&to=9999-12-31T23:59:00Z"] {
        api.admin("root").get(&format!("{PATH}?{end}")).await.json(200);
    }
}

/// Some days of some users who do whatever comes to mind.
async fn live(api: &Api, dice: &mut Dice) {
    let users: Vec<Caller> = ["ada", "eve", "kim"].map(|name| api.user(name)).into();
    let mut exams: Vec<Vec<Value>> = Vec::new();
    for user in &users {
        let cap = dice.below(4);
        user.put("/api/v1/settings", json!({"churn_cap": cap})).await.json(200);
        exams.push(vec![user.crammed_monday().await]);
        for day in 4..7 + dice.below(3) {
            exams.last_mut().unwrap().push(user.exam(&format!("2026-03-0{day}T12:00"), 60).await);
        }
    }
    let mut made: Vec<(usize, Value)> = Vec::new();
    for _ in 0..60 {
        let who = usize::try_from(dice.below(3)).unwrap();
        let user = &users[who];
        let mut ask = json!({"trigger_item_id": exams[who][usize::try_from(dice.below(exams[who].len() as u64)).unwrap()]["id"]});
        if dice.chance(30) {
            ask["override_churn_cap"] = json!(dice.below(5));
        }
        let (owner, some) = if made.is_empty() {
            (who, json!({"proposal_id": crate::harness::NOBODYS}))
        } else {
            made[usize::try_from(dice.below(made.len() as u64)).unwrap()].clone()
        };
        match dice.below(8) {
            0..3 => {
                let reply = user.post("/api/rebalancing/proposals", ask).await;
                if reply.status == 201 {
                    made.push((who, reply.json(201)));
                }
            }
            3..5 => drop(users[owner].call(&accept_path(&some)).await),
            5 => drop(users[owner].call(&reject_path(&some)).await),
            6 => drop(users[owner].undo(&some).await),
            _ => api.clock.advance_minutes(i64::try_from(dice.below(900)).unwrap()),
        }
    }
}

/// The numbers as anybody would count them who has all the rows.
struct Counted {
    rows: Value,
    from: OffsetDateTime,
    to: OffsetDateTime,
    now: OffsetDateTime,
}

fn time(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn rate(part: usize, whole: usize) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    if whole == 0 { Value::Null } else { json!(part as f64 / whole as f64) }
}

fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    Some(sorted[rank.checked_sub(1)?])
}

impl Counted {
    fn within<'a>(&'a self, table: &str, column: &'a str) -> impl Iterator<Item = &'a Value> {
        let rows = self.rows[table].as_array().unwrap().iter();
        rows.filter(move |row| (self.from..self.to).contains(&time(&row[column])))
    }

    fn told(&self, action: &str) -> (usize, BTreeMap<String, u64>) {
        let rows: Vec<&Value> =
            self.within("rebalancing_audit", "at").filter(|row| row["action"] == action).collect();
        let mut codes = BTreeMap::new();
        for code in rows.iter().flat_map(|row| texts(&row["reason_codes"])) {
            *codes.entry(code).or_default() += 1;
        }
        (rows.len(), codes)
    }

    fn standing(&self, row: &Value) -> String {
        let is_over = row["status"] == "PROPOSED" && time(&row["expires_at"]) <= self.now;
        if is_over { "EXPIRED".to_owned() } else { row["status"].as_str().unwrap().to_owned() }
    }

    fn churn(&self) -> Value {
        let (first, last) = (self.from.date(), (self.to - Duration::MICROSECOND).date());
        let mut days: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
        for row in self.rows["churn_ledger"].as_array().unwrap() {
            let day = row["local_day"].as_str().unwrap();
            if (first.to_string().as_str()..=last.to_string().as_str()).contains(&day) {
                let key = (row["user_id"].as_str().unwrap().to_owned(), day.to_owned());
                let entry = days.entry(key).or_default();
                entry.0 += row["churn"].as_u64().unwrap();
                entry.1 = entry.1.max(row["cap"].as_u64().unwrap());
            }
        }
        let mut sums: Vec<u64> = days.values().map(|(churn, _)| *churn).collect();
        sums.sort_unstable();
        assert!(days.values().all(|(churn, cap)| churn <= cap));
        json!({
            "user_days": days.len(), "days_over_cap": 0,
            "mean": rate(usize::try_from(sums.iter().sum::<u64>()).unwrap(), days.len()),
            "p95": nearest_rank(&sums, 95).unwrap_or(0), "max": sums.last().copied().unwrap_or(0),
        })
    }

    fn view(&self, told: &Value) -> Value {
        let made: Vec<&Value> = self.within("rebalancing_proposals", "created_at").collect();
        let standings: Vec<String> = made.iter().map(|row| self.standing(row)).collect();
        let are = |status: &str| standings.iter().filter(|standing| *standing == status).count();
        let by_status: BTreeMap<&str, usize> = ["PROPOSED", "APPLIED", "REJECTED", "EXPIRED", "UNDONE"]
            .map(|status| (status, are(status)))
            .into();
        let accepted = are("APPLIED") + are("UNDONE");
        let mut micros: Vec<u64> = made.iter().map(|row| row["planning_micros"].as_u64().unwrap()).collect();
        micros.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "some milliseconds")]
        let millis = |percent| nearest_rank(&micros, percent).map(|micros| micros as f64 / 1000.0);
        let proven = made.iter().filter(|row| row["proven_optimal"] == true).count();
        json!({
            "from": told["from"], "to": told["to"],
            "proposals": {
                "created": made.len(),
                "by_status": by_status,
                "by_reason_code": self.told("CREATED").1,
            },
            "acceptance_rate": rate(accepted, made.len() - are("PROPOSED")),
            "undo_rate": rate(are("UNDONE"), accepted),
            "rejections": self.told("REJECTED").0,
            "expiries": self.told("EXPIRED").0,
            "supersessions": self.told("SUPERSEDED").0,
            "refusals": {
                "create": self.told("CREATE_REFUSED").1, "accept": self.told("ACCEPT_REFUSED").1,
                "reject": self.told("REJECT_REFUSED").1, "undo": self.told("UNDO_REFUSED").1,
            },
            "churn": self.churn(),
            "planning": {
                "p50_ms": millis(50), "p95_ms": millis(95), "p99_ms": millis(99),
                "proven_optimal_share": rate(proven, made.len()),
            },
        })
    }
}

#[tokio::test]
async fn the_numbers_are_those_that_one_counts_by_hand() {
    let mut accepted = 0;
    for seed in 0..4 {
        let api = Api::start().await;
        let mut dice = Dice::new(seed);
        live(&api, &mut dice).await;
        let (root, rows) = (api.admin("root"), api.rows().await);
        let start = OffsetDateTime::parse(crate::harness::NOW, &Rfc3339).unwrap();
        let now = app::ports::Clock::now(&api.clock).into();
        for round in 0..12 {
            let minute = |dice: &mut Dice| {
                start + Duration::minutes(i64::try_from(dice.below(8 * 24 * 60)).unwrap() - 24 * 60)
            };
            let (one, other) = (minute(&mut dice), minute(&mut dice));
            let (from, to) = (one.min(other), one.max(other) + Duration::minutes(1));
            let (from, to) = if round == 0 {
                (start - Duration::days(1), start + Duration::days(100))
            } else {
                (from, to)
            };
            let [from_text, to_text] = [from, to].map(|at| at.format(&Rfc3339).unwrap());
            let told = root.get(&format!("{PATH}?from={from_text}&to={to_text}")).await.json(200);
            assert_eq!((&told["from"], &told["to"]), (&json!(from_text), &json!(to_text)));
            let counted = Counted { rows: rows.clone(), from, to, now };
            // Read as the answer was: what is read of a number may differ in its last digit from what was written.
            let by_hand: Value = serde_json::from_str(&counted.view(&told).to_string()).unwrap();
            assert_eq!(told, by_hand, "seed {seed}, {from_text} to {to_text}");
            accepted += usize::from(told["acceptance_rate"].as_f64().is_some_and(|rate| rate > 0.0));
        }
    }
    assert!(accepted > 8, "hardly anything happened: {accepted}");
}
