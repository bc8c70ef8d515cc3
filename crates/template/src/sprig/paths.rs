//! Paths with `/`, and URLs.

use crate::library::P::{Map, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::value::{Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("base", &[Str], |call| call.text(base(call.str(0)))),
    f("dir", &[Str], |call| call.text(dir(call.str(0)))),
    f("clean", &[Str], |call| call.text(clean(call.str(0)))),
    f("ext", &[Str], |call| call.text(ext(call.str(0)).to_owned())),
    f("isAbs", &[Str], |call| Ok(Data::Bool(call.str(0).starts_with('/')).into())),
    f("osBase", &[Str], |call| call.text(base(call.str(0)))),
    f("osDir", &[Str], |call| call.text(dir(call.str(0)))),
    f("osClean", &[Str], |call| call.text(clean(call.str(0)))),
    f("osExt", &[Str], |call| call.text(ext(call.str(0)).to_owned())),
    f("osIsAbs", &[Str], |call| Ok(Data::Bool(call.str(0).starts_with('/')).into())),
    f("urlParse", &[Str], url_parse),
    f("urlJoin", &[Map], url_join),
];

/// Go's `path.Clean`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if path.starts_with('/') => {}
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    let joined = format!("{root}{}", parts.join("/"));
    if joined.is_empty() { ".".to_owned() } else { joined }
}

fn base(path: &str) -> String {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".".to_owned(),
        Some("") | None => "/".to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |i| &path[..=i]))
}

fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or("", |i| &name[i..])
}

fn url_parse(call: &mut Call<'_>) -> Outcome {
    let url = call.str(0);
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let (scheme, rest) = rest.split_once(':').filter(|(s, _)| is_scheme(s)).unwrap_or(("", rest));
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let opaque = !scheme.is_empty() && !rest.starts_with('/');
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let hostname = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let hostname = hostname.trim_start_matches('[').trim_end_matches(']');
    let fields = [
        ("scheme", scheme.to_ascii_lowercase()),
        ("host", host.to_owned()),
        ("hostname", hostname.to_owned()),
        ("path", if opaque { String::new() } else { path.to_owned() }),
        ("query", query.to_owned()),
        ("opaque", if opaque { path.to_owned() } else { String::new() }),
        ("fragment", fragment.to_owned()),
        ("userinfo", user.to_owned()),
    ];
    Ok(Value::map(fields.map(|(k, v)| (k.into(), Value::string(v)))))
}

fn url_join(call: &mut Call<'_>) -> Outcome {
    let map = call.map(0);
    let part = |key: &str| match map.get(key) {
        None => Ok(String::new()),
        Some(value) => match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(call.fault(format!("needs a string as `{key}`"))),
        },
    };
    let (scheme, host, path, query) =
        (part("scheme")?, part("host")?, part("path")?, part("query")?);
    let (opaque, fragment, user) = (part("opaque")?, part("fragment")?, part("userinfo")?);
    let mut out = String::new();
    if !scheme.is_empty() {
        out.extend([&scheme, ":"]);
    }
    if !opaque.is_empty() {
        out.push_str(&opaque);
    } else {
        if !scheme.is_empty() || !host.is_empty() || !user.is_empty() {
            if !host.is_empty() || !path.is_empty() || !user.is_empty() {
                out.push_str("//");
            }
            if !user.is_empty() {
                out.extend([&user, "@"]);
            }
            out.push_str(&host);
        }
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        out.push_str(&path);
    }
    for (mark, text) in [("?", query), ("#", fragment)] {
        if !text.is_empty() {
            out.extend([mark, &text]);
        }
    }
    call.text(out)
}
