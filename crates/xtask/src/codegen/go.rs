//! Reads the declarations of a Go package: types, their fields, tags and markers. The sources are
//! formatted by `gofmt`, so one line says one thing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The types that one folder of Go files declares.
#[derive(Debug, Default)]
pub(crate) struct Package {
    /// By name.
    pub(crate) types: BTreeMap<String, Declaration>,
    /// The values of typed constants, in the order written, by the name of the type.
    pub(crate) constants: BTreeMap<String, Vec<String>>,
}

/// A type.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) markers: Vec<String>,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Vec<Field>),
    /// Another type by another name.
    Named(Type),
}

/// A field of a structure; one that is embedded has no name.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) json: String,
    pub(crate) inline: bool,
    /// Whether an empty value is left out when it is written.
    pub(crate) omitted: bool,
    pub(crate) ty: Type,
    pub(crate) markers: Vec<String>,
    /// The tags `patchStrategy` and `patchMergeKey`.
    pub(crate) patch: (String, String),
}

/// A type as it is written; `import` is the path of the package that it is qualified with.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    pub(crate) text: String,
    pub(crate) import: Option<String>,
}

impl Package {
    /// Reads every file of a folder but tests and what is generated.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let generated = name.starts_with("zz_") || name.ends_with(".pb.go");
            if name.ends_with(".go") && !name.ends_with("_test.go") && !generated {
                files.push(path);
            }
        }
        files.sort();
        let mut package = Self::default();
        for file in files {
            Reader::default().read(&fs::read_to_string(&file).map_err(fail)?, &mut package);
        }
        Ok(package)
    }
}

#[derive(Default)]
struct Reader {
    imports: BTreeMap<String, String>,
    markers: Vec<String>,
}

impl Reader {
    fn read(mut self, text: &str, package: &mut Package) {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix("//") {
                self.marker(comment);
            } else if line == "import (" {
                lines
                    .by_ref()
                    .map(str::trim)
                    .take_while(|l| *l != ")")
                    .for_each(|l| self.import(l));
            } else if let Some(one) = line.strip_prefix("import ") {
                self.import(one);
            } else if let Some(declared) = line.strip_prefix("type ") {
                self.declare(declared, &mut lines, package);
            } else {
                constant(line.strip_prefix("const ").unwrap_or(line), package);
            }
        }
    }

    fn marker(&mut self, comment: &str) {
        if let Some(marker) = comment.trim().strip_prefix('+') {
            self.markers.push(marker.to_owned());
        }
    }

    fn import(&mut self, line: &str) {
        let Some((alias, path)) = line.split_once('"') else { return };
        let path = path.trim_end_matches('"');
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let alias = if alias.is_empty() { last(path) } else { alias.trim().to_owned() };
        self.imports.insert(alias, path.to_owned());
    }

    fn declare<'a>(
        &mut self,
        declared: &str,
        lines: &mut impl Iterator<Item = &'a str>,
        package: &mut Package,
    ) {
        let markers = std::mem::take(&mut self.markers);
        let Some((name, rest)) = declared.split_once(' ') else { return };
        let shape = match rest.split(" //").next().unwrap_or_default() {
            "struct {" => Shape::Struct(self.fields(lines)),
            "struct {}" | "struct{}" => Shape::Struct(Vec::new()),
            other => Shape::Named(self.ty(other.trim_start_matches("= "))),
        };
        package.types.insert(name.to_owned(), Declaration { markers, shape });
    }

    fn fields<'a>(&mut self, lines: &mut impl Iterator<Item = &'a str>) -> Vec<Field> {
        let mut fields = Vec::new();
        for line in lines.map(str::trim).take_while(|line| *line != "}") {
            if let Some(comment) = line.strip_prefix("//") {
                self.marker(comment);
            } else if !line.is_empty() {
                let markers = std::mem::take(&mut self.markers);
                fields.extend(self.field(line, markers));
            }
        }
        self.markers.clear();
        fields
    }

    fn field(&self, line: &str, markers: Vec<String>) -> Option<Field> {
        let (left, tags) = line.split_once('`').unwrap_or((line, ""));
        let words: Vec<&str> = left.split_whitespace().collect();
        let (embedded, ty) = match &words[..] {
            [ty] => (true, *ty),
            [_, ty] => (false, *ty),
            _ => return None,
        };
        let json = tag(tags, "json");
        let (name, options) = json.split_once(',').unwrap_or((json, ""));
        let omitted = options.split(',').any(|o| matches!(o, "omitempty" | "omitzero"));
        let patch = (tag(tags, "patchStrategy").to_owned(), tag(tags, "patchMergeKey").to_owned());
        let inline = embedded && name.is_empty();
        (inline || !matches!(name, "" | "-")).then(|| Field {
            json: name.to_owned(),
            inline,
            omitted,
            ty: self.ty(ty),
            markers,
            patch,
        })
    }

    fn ty(&self, text: &str) -> Type {
        let start = text.rfind(['*', ']']).map_or(0, |at| at + 1);
        let alias = text[start..].split_once('.').map(|(alias, _)| alias);
        Type {
            text: text.to_owned(),
            import: alias.and_then(|alias| self.imports.get(alias).cloned()),
        }
    }
}

/// `Always PullPolicy = "Always"`.
fn constant(line: &str, package: &mut Package) {
    let Some((left, value)) = line.split_once(" = \"") else { return };
    let words: Vec<&str> = left.split_whitespace().collect();
    if let ([_, ty], Some((value, _))) = (&words[..], value.split_once('"')) {
        package.constants.entry((*ty).to_owned()).or_default().push(value.to_owned());
    }
}

fn tag<'t>(tags: &'t str, name: &str) -> &'t str {
    let after = tags.split_once(&format!("{name}:\"")).map_or("", |(_, rest)| rest);
    after.split_once('"').map_or("", |(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read() {
        let text = "import (\n\tmeta \"k8s.io/meta/v1\"\n)\n\n// Mode is a mode.\n// +enum\ntype Mode string\n\n\
                    const (\n\t// Fast is fast.\n\tFast Mode = \"Fast\"\n)\n\ntype Car struct {\n\tmeta.Type \
                    `json:\",inline\"`\n\t// +optional\n\tModes []*meta.Mode `json:\"modes,omitempty\" \
                    patchStrategy:\"merge\"`\n}\n";
        let mut package = Package::default();
        Reader::default().read(text, &mut package);
        assert_eq!(package.types["Mode"].markers, ["enum"]);
        assert_eq!(package.constants["Mode"], ["Fast"]);
        let Shape::Struct(fields) = &package.types["Car"].shape else { panic!("a structure") };
        assert!(fields[0].inline && fields[0].ty.import.as_deref() == Some("k8s.io/meta/v1"));
        assert_eq!((fields[1].json.as_str(), fields[1].omitted), ("modes", true));
        assert_eq!(fields[1].ty.import.as_deref(), Some("k8s.io/meta/v1"));
        assert_eq!(
            (fields[1].markers[0].as_str(), fields[1].patch.0.as_str()),
            ("optional", "merge")
        );
    }
}
