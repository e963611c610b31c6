//! The environment keys this program knows, and which one a misspelt key was meant to be.

/// One key of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it sets, with the default.
    pub about: &'static str,
}

pub(super) const DATABASE_URL: &str = "DATABASE_URL";
pub(super) const LISTEN: &str = "CANVASCAL_LISTEN";
pub(super) const DATA: &str = "CANVASCAL_DATA";
pub(super) const LOG: &str = "CANVASCAL_LOG";
pub(super) const LOG_FORMAT: &str = "CANVASCAL_LOG_FORMAT";
pub(super) const MAX_BODY_BYTES: &str = "CANVASCAL_MAX_BODY_BYTES";
pub(super) const DB_POOL_SIZE: &str = "CANVASCAL_DB_POOL_SIZE";
pub(super) const SHUTDOWN_SECONDS: &str = "CANVASCAL_SHUTDOWN_SECONDS";
pub(super) const METRICS_TOKEN: &str = "CANVASCAL_METRICS_TOKEN";
pub(super) const WORKERS: &str = "CANVASCAL_WORKERS";
pub(super) const TASK_TRIGGERS: &str = "CANVASCAL_TASK_TRIGGERS";
pub(super) const ISSUER: &str = "CLERK_ISSUER";
pub(super) const JWKS_URL: &str = "CLERK_JWKS_URL";
pub(super) const JWT_KEY: &str = "CLERK_JWT_KEY";
pub(super) const AUTHORIZED_PARTIES: &str = "CLERK_AUTHORIZED_PARTIES";
pub(super) const ADMIN_ORGANIZATIONS: &str = "CLERK_ADMIN_ORGANIZATIONS";
pub(super) const GOOGLE_CLIENT_ID: &str = "CANVASCAL_GOOGLE_CLIENT_ID";
pub(super) const GOOGLE_CLIENT_SECRET: &str = "CANVASCAL_GOOGLE_CLIENT_SECRET";
pub(super) const GOOGLE_REDIRECT_URIS: &str = "CANVASCAL_GOOGLE_REDIRECT_URIS";
pub(super) const GOOGLE_ENDPOINTS: &str = "CANVASCAL_GOOGLE_ENDPOINTS";
pub(super) const CANVAS_HOSTS: &str = "CANVASCAL_CANVAS_HOSTS";
pub(super) const CANVAS_CLIENT_ID: &str = "CANVASCAL_CANVAS_CLIENT_ID";
pub(super) const CANVAS_CLIENT_SECRET: &str = "CANVASCAL_CANVAS_CLIENT_SECRET";
pub(super) const CANVAS_REDIRECT_URIS: &str = "CANVASCAL_CANVAS_REDIRECT_URIS";
pub(super) const CANVAS_SCOPES: &str = "CANVASCAL_CANVAS_SCOPES";
pub(super) const CANVAS_ENDPOINTS: &str = "CANVASCAL_CANVAS_ENDPOINTS";
pub(super) const PUBLIC_URL: &str = "CANVASCAL_PUBLIC_URL";
pub(super) const TOKEN_KEYS: &str = "CANVASCAL_TOKEN_KEYS";

/// Keys starting so are ours; one we do not know is a mistake.
pub(super) const PREFIXES: [&str; 2] = ["CANVASCAL_", "CLERK_"];

/// Every key the program reads.
pub const KEYS: &[Key] = &[
    Key { name: DATABASE_URL, about: "PostgreSQL to use, postgres://… (default: an embedded one); secret" },
    Key { name: LISTEN, about: "where to listen, ADDR:PORT (127.0.0.1:8080)" },
    Key { name: DATA, about: "folder of the embedded database" },
    Key { name: LOG, about: "what to log, as tracing directives (info; demo: warn)" },
    Key { name: LOG_FORMAT, about: "text or json (text)" },
    Key { name: MAX_BODY_BYTES, about: "largest request body (262144)" },
    Key { name: DB_POOL_SIZE, about: "database connections (10)" },
    Key { name: SHUTDOWN_SECONDS, about: "how long requests and jobs may finish when stopping (20)" },
    Key { name: WORKERS, about: "jobs that run at once in the background (4)" },
    Key {
        name: TASK_TRIGGERS,
        about: "what notices tasks that set off proposals: database or program (database)",
    },
    Key {
        name: METRICS_TOKEN,
        about: "what to send for /metrics (default: it is told to everybody); secret",
    },
    Key { name: ISSUER, about: "Clerk's Frontend API address, the `iss` of its tokens" },
    Key { name: JWKS_URL, about: "where its keys are (<issuer>/.well-known/jwks.json)" },
    Key { name: JWT_KEY, about: "its public key as PEM, instead of fetching keys" },
    Key { name: AUTHORIZED_PARTIES, about: "origins whose tokens are accepted, comma separated" },
    Key { name: ADMIN_ORGANIZATIONS, about: "organizations whose admins are admins here (all)" },
    Key { name: GOOGLE_CLIENT_ID, about: "the program's name at Google (default: no Google)" },
    Key { name: GOOGLE_CLIENT_SECRET, about: "what proves that it is the program; secret" },
    Key {
        name: GOOGLE_REDIRECT_URIS,
        about: "where people may come back to from signing in, comma separated",
    },
    Key { name: GOOGLE_ENDPOINTS, about: "the root of another Google, for trying things" },
    Key { name: CANVAS_HOSTS, about: "Canvas hosts that users may name, or * for any (default: no Canvas)" },
    Key { name: CANVAS_CLIENT_ID, about: "the developer key there (default: users make tokens by hand)" },
    Key { name: CANVAS_CLIENT_SECRET, about: "what proves that it is the program; secret" },
    Key {
        name: CANVAS_REDIRECT_URIS,
        about: "where people may come back to from signing in there, comma separated",
    },
    Key { name: CANVAS_SCOPES, about: "what is asked for where the key is held to scopes, comma separated" },
    Key { name: CANVAS_ENDPOINTS, about: "the root of a Canvas on this machine, for trying things" },
    Key { name: PUBLIC_URL, about: "where Google reaches this server, https://… (default: it is asked)" },
    Key { name: TOKEN_KEYS, about: "what seals tokens at rest, id:base64, newest first; secret" },
];

/// The table of keys as `--help` shows it.
pub fn keys_help() -> String {
    let width = KEYS.iter().map(|key| key.name.len()).max().unwrap_or(0);
    let lines = KEYS.iter().map(|key| format!("  {:width$}  {}", key.name, key.about));
    std::iter::once("Environment:".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

pub(super) fn is_ours(name: &str) -> bool {
    name == DATABASE_URL || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

pub(super) fn known(name: &str) -> Option<&'static str> {
    KEYS.iter().map(|key| key.name).find(|known| *known == name)
}

/// The known key closest to `name`, if one is close enough to be meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| (distance(name, key.name), key.name))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .map(|(_, known)| known)
}

/// Levenshtein's distance: letters to add, drop or swap.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let swapped = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = swapped.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_letter_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn a_typo_finds_the_key_that_was_meant() {
        assert_eq!(nearest("CANVASCAL_LISTN"), Some(LISTEN));
        assert_eq!(nearest("CLERK_AUTHORISED_PARTIES"), Some(AUTHORIZED_PARTIES));
        assert_eq!(nearest("CANVASCAL_SOMETHING_ELSE_ENTIRELY"), None);
    }
}
