//! [`Url`]: `postgres://user:password@host:5432,host:5433/database?sslmode=require`.
//!
//! Form: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>.

use percent_encoding::percent_decode_str;

/// The parts of a URL, decoded; what it lacks is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) username: String,
    pub(super) password: String,
    /// With their ports, separated by commas.
    pub(super) hosts: String,
    pub(super) database: String,
    /// Of hosts that name none; only a parameter says it.
    pub(super) port: String,
    /// Names and values of the query, but for those that stand for a part above.
    pub(super) parameters: Vec<(String, String)>,
}

// === impl Url ===

impl Url {
    /// Reads a URL.
    ///
    /// # Errors
    /// One sentence about what is wrong, without the URL, which may hold a password.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let rest = match text.trim().split_once("://") {
            Some(("postgres" | "postgresql", rest)) => rest,
            _ => return Err("is not a URL of PostgreSQL: write postgres://user@host:5432/database".into()),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        if [database].into_iter().chain(names).any(|part| part.contains('@')) {
            // What stands before it would be taken for something that may be shown.
            return Err(
                "holds an `@` behind a `/` or `?`: in a password write %2F and %3F for them, elsewhere %40".into()
            );
        }
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = user.split_once(':').unwrap_or((user, ""));
        let mut url = Self {
            username: decoded(username)?,
            password: decoded(password)?,
            hosts: decoded(hosts)?,
            database: decoded(database)?,
            port: String::new(),
            parameters: Vec::new(),
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            match url.part(&name) {
                Some(part) if part.is_empty() => *part = value,
                Some(_) => return Err(format!("says twice what `{name}` is")),
                None => url.parameters.push((name, value)),
            }
        }
        Ok(url)
    }

    /// What a parameter stands for: `postgres:///otel?host=/run/postgresql`, as clouds hand out for their sockets.
    fn part(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "host" => &mut self.hosts,
            "port" => &mut self.port,
            "user" => &mut self.username,
            "password" => &mut self.password,
            "dbname" => &mut self.database,
            _ => return None,
        })
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| "holds %-escapes that are not UTF-8".into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Scenario: every part, escaped characters in the password. Guarantee: each part as libpq reads it.
    #[test]
    fn reads_every_part() {
        let url =
            Url::parse("postgres://u:p%40%2F@db1:5433,[::1]/otel?sslmode=require&application_name=a%20b").unwrap();
        assert_eq!((url.username.as_str(), url.password.as_str()), ("u", "p@/"));
        assert_eq!((url.hosts.as_str(), url.database.as_str()), ("db1:5433,[::1]", "otel"));
        assert_eq!(url.parameters[1], ("application_name".to_owned(), "a b".to_owned()));
        assert_eq!(Url::parse("postgresql://").unwrap(), Url::default());
        assert!(Url::parse("postgres://h:1/otel?application_name=a@b").is_ok());
        assert_eq!(Url::parse("postgres://%2Frun%2Fpg/otel").unwrap().hosts, "/run/pg");
        let url = Url::parse("postgres:///otel?host=/run/pg&user=u&password=p&port=7").unwrap();
        assert_eq!((url.hosts.as_str(), url.username.as_str(), url.password.as_str()), ("/run/pg", "u", "p"));
        assert_eq!((url.port.as_str(), url.database.as_str(), url.parameters.len()), ("7", "otel", 0));
    }

    /// Guarantee: what is wrong is said without the password.
    #[test]
    fn refuses_without_telling_the_password() {
        for text in [
            "u:secret@host",
            "http://u:secret@host",
            "postgres://u:secret%ff@host",
            "postgres://u:secret@host?password=secret",
            "postgres://u:secret/1@host/db",
            "postgres://u:1?secret@host",
            "postgres://u:1@secret/2@host",
        ] {
            assert!(!Url::parse(text).unwrap_err().contains("secret"));
        }
    }
}
