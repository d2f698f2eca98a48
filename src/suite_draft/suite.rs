//! The whole suite: its parts in the order of the file.

use super::api_paths::ApiPaths;
use super::clauses::{KindClauses, draft_kind_clauses, spell};
use super::document::{ClauseDraft, OpenQuestion, YamlNode, render_comment, render_indented, render_question};
use super::general::{
    draft_absence_clauses, draft_credential_clauses, draft_input_clause, draft_read_clauses, list_path_resources,
    list_plain_reads,
};
use super::inputs::{ApiContext, PoolDraft};
use super::kinds::find_kinds;
use super::resources::draft_resource;
use crate::schema::{CompiledCatalog, CompiledSchema, DrawSettings, SeededRng, draw_valid};
use std::collections::{BTreeMap, BTreeSet};

/// A suite to start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteDraft {
    /// The text of the suite file.
    pub text: String,
    /// Names of the resource kinds.
    pub kinds: Vec<String>,
    /// Number of clauses, without generated ones.
    pub clauses: usize,
    /// What a person must decide.
    pub questions: Vec<OpenQuestion>,
    /// Operations without a clause, each with the reason.
    pub silent: Vec<(String, String)>,
}

/// Drafts a suite from a catalog. Equal catalogs give equal suites.
pub fn draft_suite(name: &str, schemas: &CompiledCatalog) -> SuiteDraft {
    let paths = ApiPaths::new(&schemas.catalog);
    let kinds = find_kinds(&paths, schemas);
    let context = ApiContext { schemas, paths: &paths, kinds: &kinds };
    let drafted: Vec<KindClauses> = (0..kinds.len()).map(|index| draft_kind_clauses(&context, index)).collect();
    let mut parts = SuiteParts { context: &context, name, drafted: &drafted, questions: Vec::new() };
    let text = parts.render();
    let silent = parts.list_silent();
    let text = text + &render_silent(&silent);
    let clauses = text.lines().filter(|line| line.starts_with("  - id: ")).count();
    let kinds = kinds.iter().map(|kind| kind.name.clone()).collect();
    SuiteDraft { text, kinds, clauses, questions: parts.questions, silent }
}

struct SuiteParts<'c, 'a> {
    context: &'c ApiContext<'a>,
    name: &'c str,
    drafted: &'c [KindClauses],
    questions: Vec<OpenQuestion>,
}

impl SuiteParts<'_, '_> {
    fn render(&mut self) -> String {
        let catalog = &self.context.schemas.catalog;
        let reads = list_plain_reads(self.context);
        let (read_clauses, _) = draft_read_clauses(self.context, &reads);
        let mut out = render_comment(HEAD, 0);
        out.push('\n');
        let title = catalog.pages.first().map_or(self.name, |page| page.title.as_str());
        out += &render_indented(
            &map([
                ("suite", YamlNode::text(self.name)),
                ("title", YamlNode::text(title)),
                ("catalog", YamlNode::text(self.name)),
            ]),
            0,
        );
        let lets = self.drafted.iter().flat_map(|it| &it.lets);
        let lets: Vec<(String, YamlNode)> =
            lets.map(|(name, expression)| (name.clone(), YamlNode::text(format!("={expression}")))).collect();
        if !lets.is_empty() {
            out += "\n# The input of calls that is certainly good: nothing that the pages leave open.\n";
            out += &render_indented(&map([("let", YamlNode::Block(lets))]), 0);
        }
        out += &self.render_pools();
        out += &self.render_resources();
        out += &self.render_about();
        out += &self.render_general();
        out += &self.render_clauses(&read_clauses);
        out
    }

    fn render_pools(&self) -> String {
        let pools = collect_pools(self.context, self.drafted);
        if pools.is_empty() {
            return String::new();
        }
        let mut out = render_comment(
            "Values that the endpoint offers. These are for the mock; a profile names the values of an endpoint.",
            0,
        );
        let values = pools.iter().map(|pool| (pool.name.clone(), YamlNode::List(draw_pool(pool))));
        out += &render_indented(&map([("pools", YamlNode::Block(values.collect()))]), 0);
        format!("\n{out}")
    }

    fn render_resources(&mut self) -> String {
        let mut out = "\nresources:\n".to_string();
        if self.context.kinds.is_empty() {
            return "\nresources: {}\n".to_string();
        }
        for (index, kind) in self.context.kinds.iter().enumerate() {
            let (node, questions) = draft_resource(self.context, kind);
            out += if index == 0 { "" } else { "\n" };
            out += &self.ask(questions, 2);
            out += &render_indented(&YamlNode::Block(vec![(kind.name.clone(), node)]), 2);
        }
        out
    }

    fn render_about(&self) -> String {
        let mut entries = Vec::new();
        for operation in &self.context.schemas.catalog.operations {
            let mut named: BTreeMap<String, YamlNode> = BTreeMap::new();
            for (parameter, kind) in list_path_resources(self.context, operation) {
                let place = super::shapes::write_path("path", &[parameter]);
                named.insert(self.context.kinds[kind].name.clone(), YamlNode::Text(place));
            }
            let inputs = self.drafted.iter().flat_map(|it| &it.inputs).filter(|(id, _)| *id == operation.id);
            for (kind, place) in inputs.flat_map(|(_, input)| &input.references) {
                named.entry(self.context.kinds[*kind].name.clone()).or_insert(YamlNode::text(place));
            }
            let created = self.context.kinds.iter().find(|kind| kind.create.id == operation.id);
            if let Some(kind) = created {
                named.insert(kind.name.clone(), YamlNode::Line(vec![("new".into(), YamlNode::text(&kind.new_id))]));
            }
            if !named.is_empty() {
                entries.push((operation.id.clone(), YamlNode::Line(named.into_iter().collect())));
            }
        }
        if entries.is_empty() {
            return String::new();
        }
        format!("\n{}", render_indented(&map([("about", YamlNode::Block(entries))]), 0))
    }

    fn render_general(&mut self) -> String {
        let catalog = &self.context.schemas.catalog;
        let (mut all, question) = draft_credential_clauses(catalog);
        let mut by_body: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (id, input) in self.drafted.iter().flat_map(|it| &it.inputs) {
            by_body.entry(id.clone()).or_default().extend(input.references.iter().map(|(kind, _)| *kind));
        }
        all.extend(draft_absence_clauses(self.context, &by_body));
        let lists = self.context.paths.collections.iter().flat_map(|it| &it.lists);
        all.extend(draft_input_clause(catalog, &lists.map(|it| it.id.clone()).collect()));
        let asked = self.ask(question.into_iter().collect(), 0);
        if all.is_empty() {
            return format!("\n{asked}");
        }
        format!("\n{asked}general:\n{}", self.join_clauses(&all))
    }

    fn render_clauses(&mut self, reads: &[ClauseDraft]) -> String {
        let mut sections = Vec::new();
        let drafted = self.drafted;
        for (kind, clauses) in self.context.kinds.iter().zip(drafted) {
            if !clauses.clauses.is_empty() {
                sections.push((spell(&kind.name), self.join_clauses(&clauses.clauses)));
            }
        }
        if !reads.is_empty() {
            sections.push(("what no call creates".to_string(), self.join_clauses(reads)));
        }
        if sections.is_empty() {
            return "\nclauses: []\n".to_string();
        }
        let parts: Vec<String> =
            sections.into_iter().map(|(title, clauses)| format!("  # ---- {title}\n\n{clauses}")).collect();
        format!("\nclauses:\n{}", parts.join("\n"))
    }

    fn join_clauses(&mut self, clauses: &[ClauseDraft]) -> String {
        self.questions.extend(clauses.iter().flat_map(|it| it.questions.clone()));
        clauses.iter().map(ClauseDraft::render).collect::<Vec<_>>().join("\n")
    }

    /// Writes questions, and keeps them.
    fn ask(&mut self, questions: Vec<OpenQuestion>, indent: usize) -> String {
        let text = questions.iter().map(|it| render_question(it, indent)).collect();
        self.questions.extend(questions);
        text
    }

    /// Operations without a clause.
    fn list_silent(&self) -> Vec<(String, String)> {
        let known: BTreeSet<&str> = self
            .drafted
            .iter()
            .flat_map(|it| &it.clauses)
            .filter_map(|clause| match &clause.calls {
                super::document::ClauseCalls::Only(call) => Some(call.as_str()),
                super::document::ClauseCalls::AllBut(_) => None,
            })
            .collect();
        let reads: BTreeSet<&str> = list_plain_reads(self.context).iter().map(|it| it.id.as_str()).collect();
        let reasons: BTreeMap<&str, &str> =
            self.drafted.iter().flat_map(|it| &it.silent).map(|(id, why)| (id.as_str(), why.as_str())).collect();
        let all = self.context.schemas.catalog.operations.iter();
        let left = all.filter(|it| !known.contains(it.id.as_str()) && !reads.contains(it.id.as_str()));
        left.map(|it| {
            let why = reasons.get(it.id.as_str()).copied().unwrap_or("it belongs to no resource kind that was found");
            (it.id.clone(), why.to_string())
        })
        .collect()
    }
}

/// The pools of a suite, sorted by name.
pub(super) fn collect_pools(context: &ApiContext<'_>, drafted: &[KindClauses]) -> Vec<PoolDraft> {
    let (_, of_reads) = draft_read_clauses(context, &list_plain_reads(context));
    let inputs = drafted.iter().flat_map(|it| &it.inputs).flat_map(|(_, input)| input.pools.iter().cloned());
    let mut pools: BTreeMap<String, PoolDraft> = BTreeMap::new();
    for pool in inputs.chain(of_reads) {
        pools.entry(pool.name.clone()).or_insert(pool);
    }
    pools.into_values().collect()
}

/// The first lines of each suite.
const HEAD: &str = "A suite to start from, drafted by `probity init suite` from the documentation. It states what paths, schemas and \
statuses say, and leaves open what they leave open. Each `TODO` is a question that only a person can answer: change the \
clause below it, and remove the TODO. `probity lint` lists the questions; a run is undecided while there are any.";

fn render_silent(silent: &[(String, String)]) -> String {
    if silent.is_empty() {
        return String::new();
    }
    let mut out = "\n# Operations without a clause:\n".to_string();
    for (id, why) in silent {
        out += &render_comment(&format!("- {id}: {why}"), 0);
    }
    out
}

fn map<const N: usize>(pairs: [(&str, YamlNode); N]) -> YamlNode {
    YamlNode::Block(pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

/// Two values of a pool, drawn from the schema of a value.
fn draw_pool(pool: &PoolDraft) -> Vec<YamlNode> {
    let Ok(shape) = CompiledSchema::new(pool.shape.clone(), &pool.name) else {
        return vec![YamlNode::text(format!("{}-1", pool.name))];
    };
    let mut values = Vec::new();
    for seed in 1..=8 {
        let how = DrawSettings { optional_percent: 100, ..DrawSettings::default() };
        let drawn = draw_valid(&shape, &mut SeededRng::new(seed, 0, 0, 0), &how).unwrap_or_default();
        // The mock's own values are plain words, if the schema permits any text.
        let word = serde_json::Value::from(format!("{}-{seed}", pool.name));
        let value = if shape.is_valid(&word) { word } else { drawn };
        if !value.is_null() && !values.contains(&value) && values.len() < 2 {
            values.push(value);
        }
    }
    values.into_iter().map(YamlNode::Json).collect()
}
