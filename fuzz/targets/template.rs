//! Reads and runs any template on a little data: no panic, and an end within the limits.
#![no_main]

use gitops_template::{Library, Limits, Options, Template, Value, substitute};
use gitops_yaml::{FileId, Span};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let at = Span::new(FileId::for_tests(0), 0, 0);
    let inner = Value::map([("b".into(), Value::strings(["x", "", "é"]))]);
    let data = Value::map([("a".into(), inner), ("name".into(), Value::string("shop"))]);
    let limits = Limits { steps: 20_000, bytes: 1 << 20, ..Limits::default() };
    if let Ok(template) = Template::parse(text, &Library::APPLICATION_SET, at) {
        let _ = template.render(&data, &Options { limits, ..Options::default() });
    }
    let _ = substitute(text, &data);
});
