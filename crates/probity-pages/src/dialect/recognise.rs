//! Recognises the dialect of a page from its content, and refuses files that no reader takes.

use super::parameters;
use super::pattern::compile_pattern;
use super::unreadable::{PAGE_BYTES_MAX, UnreadablePage, unreadable_page};
use regex::Regex;
use std::sync::LazyLock;

/// The form that a page is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageDialect {
    Markdown,
    Rst,
    Pipes,
    /// A list of parameters, shared by the pages of an API reference.
    Parameters,
    OpenApi,
}

/// The text of a file, without byte order mark.
pub(super) fn decode_text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, UnreadablePage> {
    if bytes.len() > PAGE_BYTES_MAX {
        return Err(unreadable_page(
            file,
            1,
            format!("the file has {} bytes; a page may have {PAGE_BYTES_MAX}", bytes.len()),
            "split the file into its pages",
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of_byte(bytes, error.valid_up_to());
        unreadable_page(file, line, "the file is not UTF-8 text".into(), "save the page as UTF-8 text")
    })?;
    if let Some(at) = text.find('\0') {
        let line = line_of_byte(bytes, at);
        return Err(unreadable_page(file, line, "the file has NUL bytes and is no text".into(), "name a text file"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(unreadable_page(file, 1, "the file is empty".into(), "fetch the page again"));
    }
    Ok(text)
}

/// The dialect of a page.
pub(super) fn recognise_dialect(file: &str, text: &str) -> Result<PageDialect, UnreadablePage> {
    if is_open_api(text) {
        return Ok(PageDialect::OpenApi);
    }
    refuse_other_formats(file, text)?;
    if parameters::is_parameter_list(text) {
        return Ok(PageDialect::Parameters);
    }
    let signs = DialectSigns::count_signs(text);
    if signs.rst > 0 && signs.rst >= signs.markdown {
        return Ok(PageDialect::Rst);
    }
    if signs.markdown == 0 {
        refuse_lossy(file, text)?;
        if signs.pipe_rules > 0 || signs.numbered > 0 && signs.methods > 0 {
            return Ok(PageDialect::Pipes);
        }
    }
    if signs.markdown == 0 && signs.underlines > 0 {
        return Ok(PageDialect::Rst);
    }
    Ok(PageDialect::Markdown)
}

/// How often a page has the marks of each dialect.
#[derive(Default)]
struct DialectSigns {
    rst: usize,
    markdown: usize,
    underlines: usize,
    pipe_rules: usize,
    numbered: usize,
    methods: usize,
}

static RST: LazyLock<Regex> = LazyLock::new(|| {
    compile_pattern(
        r"^\s*(\.\. ([\w-]+::|_[^:]+:|\|[^|]+\| )|:original_name:|\+[-=]+(\+[-=]+)*\+\s*$|=+( +=+)+\s*$)|:(ref|doc):`",
    )
});
static MARKDOWN: LazyLock<Regex> =
    LazyLock::new(|| compile_pattern(r"^#{1,6} |^\s*(```|~~~)|</?(table|tr|td|th)\b|^\s*<a (name|id)="));
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\d+(\.\d+)* - \S"));
static METHOD: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"(?i)^(get|post|put|patch|delete|head) /\S"));
static RULE: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\s*\|(\s*:?-{3,}:?\s*\|)+\s*$"));
/// The first key of a map with an error further down.
static OPENING: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r#"^\{\s*"(openapi|swagger)"\s*:"#));
static VERSION_KEY: LazyLock<Regex> =
    LazyLock::new(|| compile_pattern(r#"^["']?(openapi|swagger)["']?\s*:\s*["']?\d"#));
static GLUED: LazyLock<Regex> = LazyLock::new(|| {
    compile_pattern(
        r"^(TypeName\S|NameDescription|HTTP CodeDescription|Version(Status)?(Not Before|Supported Until)|버전최소)",
    )
});

impl DialectSigns {
    fn count_signs(text: &str) -> DialectSigns {
        let mut signs = DialectSigns::default();
        let (mut above, mut before) = ("", "");
        for line in text.lines() {
            let blank = before.trim().is_empty();
            let rule =
                line.len() >= 3 && line.bytes().all(|byte| byte == line.as_bytes()[0] && byte.is_ascii_punctuation());
            // Tildes under a line of text are the rule of a title and no fence.
            let markdown = MARKDOWN.is_match(line) && !(rule && !blank && line.starts_with('~'));
            signs.markdown += markdown as usize;
            signs.rst += (RST.is_match(line) || rule && !blank && above == line) as usize;
            signs.pipe_rules += RULE.is_match(line) as usize;
            signs.numbered += NUMBERED.is_match(line) as usize;
            signs.methods += METHOD.is_match(line) as usize;
            signs.underlines += (rule && line.starts_with(['=', '-']) && !blank && line.len() >= before.len()) as usize;
            (above, before) = (before, line);
        }
        signs
    }
}

fn refuse_other_formats(file: &str, text: &str) -> Result<(), UnreadablePage> {
    let start = text.trim_start();
    let line = 1 + text[..text.len() - start.len()].matches('\n').count() as u32;
    let head: String = start.chars().take(200).collect::<String>().to_lowercase();
    if head.starts_with("<!doctype") || head.starts_with("<html") || head.starts_with("<?xml") {
        let cause = "this is a whole HTML or XML page, which no reader takes";
        return Err(unreadable_page(
            file,
            line,
            cause.into(),
            "fetch the page's source (Markdown or reStructuredText), or export it as text",
        ));
    }
    let json = start.starts_with(['{', '[']).then(|| serde_json::from_str::<serde_json::Value>(start));
    if let Some(Ok(_)) = json {
        let cause = "this is a JSON document, not a documentation page";
        return Err(unreadable_page(file, line, cause.into(), "name the documentation page"));
    }
    Ok(())
}

/// Whether a text is an OpenAPI description, in YAML or JSON, by its keys at the top.
pub(super) fn is_open_api(text: &str) -> bool {
    let start = text.trim_start();
    if start.starts_with('{') {
        // Only a key at the top counts, because an example on a page may be a description.
        let top = serde_json::from_str::<serde_json::Value>(start).ok();
        let named = |key: &str| match &top {
            Some(value) => value.get(key).is_some(),
            None => OPENING.captures(start).is_some_and(|found| &found[1] == key),
        };
        return named("openapi") || named("swagger");
    }
    let key = |line: &str, key: &str| line.trim_start_matches(['"', '\'']).starts_with(key) && line.contains(':');
    let top = |name: &str| text.lines().any(|line| key(line, name));
    let versioned = text.lines().any(|line| VERSION_KEY.is_match(line));
    versioned && (top("paths") || top("info") || top("components"))
}

/// Refuses two known renderings of pages with pipe tables, in which the columns of the texts are lost. A reader would
/// have to guess the columns.
fn refuse_lossy(file: &str, text: &str) -> Result<(), UnreadablePage> {
    let remedy = "fetch the page in the rendering whose tables have a `|---|` for every column";
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if !RULE.is_match(line) || index == 0 {
            continue;
        }
        let beside = count_bars(lines[index - 1]).max(lines.get(index + 1).map_or(0, |row| count_bars(row)));
        if count_bars(line) == 2 && beside > 2 {
            let cause = format!(
                "the rule of this table has one column beside {}: rows are broken over lines and cells are lost",
                beside - 1
            );
            return Err(unreadable_page(file, index as u32 + 1, cause, remedy));
        }
    }
    let has_rows = lines.iter().any(|line| line.trim_start().starts_with('|'));
    let glued = lines.iter().position(|line| GLUED.is_match(line.trim()));
    match glued {
        Some(index) if !has_rows => {
            let cause = "the cells of this table are glued together, so its columns are lost".to_string();
            Err(unreadable_page(file, index as u32 + 1, cause, remedy))
        }
        _ => Ok(()),
    }
}

fn count_bars(line: &str) -> usize {
    line.matches('|').count()
}

fn line_of_byte(bytes: &[u8], at: usize) -> u32 {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u32
}
