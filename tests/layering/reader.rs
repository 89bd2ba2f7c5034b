//! The paths of one file, and the modules they lead to.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::tree::{joined, segments};

/// A path found in a file, and the module it leads to.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) line: usize,
    pub(crate) written: String,
    pub(crate) target: String,
}

/// Collects the paths of one file that stay within the crate.
pub(crate) struct Reader<'k> {
    known: &'k BTreeSet<String>,
    /// Where the reader stands: the file's module, then the inline modules around the item.
    here: Vec<String>,
    /// Modules that the file calls by a name of its own: children and imports.
    pub(crate) imported: BTreeMap<String, Vec<String>>,
    pub(crate) found: Vec<Found>,
}

impl<'k> Reader<'k> {
    pub(crate) fn new(known: &'k BTreeSet<String>, module: &str) -> Self {
        Self {
            known,
            here: segments(module),
            imported: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// The path from the crate root, or `None` if it leads to another crate or to something local.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut absolute = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.here.clone(),
            "super" => self.here[..self.here.len().saturating_sub(1)].to_vec(),
            name => self.imported.get(name)?.clone(),
        };
        for segment in rest {
            match segment.as_str() {
                "self" => {}
                "super" => drop(absolute.pop()),
                name => absolute.push(name.to_owned()),
            }
        }
        Some(absolute)
    }

    /// The innermost module on the way; the crate root if there is none.
    fn module_on(&self, absolute: &[String]) -> String {
        let prefixes = (0..=absolute.len())
            .rev()
            .map(|length| absolute[..length].join("::"));
        prefixes
            .into_iter()
            .find(|prefix| self.known.contains(prefix))
            .unwrap_or_default()
    }

    fn note(&mut self, path: &[String], line: usize, suffix: &str) {
        if let Some(absolute) = self.absolute(path) {
            let written = path.join("::") + suffix;
            self.found.push(Found {
                line,
                written,
                target: self.module_on(&absolute),
            });
        }
    }

    fn import(&mut self, path: &[String], ident: &Ident, alias: Option<&Ident>) {
        self.note(path, ident.span().start().line, "");
        let Some(absolute) = self.absolute(path) else {
            return;
        };
        let name = alias
            .map(Ident::to_string)
            .or_else(|| absolute.last().cloned());
        if self.known.contains(&absolute.join("::")) || absolute.is_empty() {
            self.imported.extend(name.map(|name| (name, absolute)));
        }
    }

    fn import_all(&mut self, path: &[String], line: usize) {
        self.note(path, line, "::*");
        let Some(absolute) = self.absolute(path) else {
            return;
        };
        for module in self.known.iter().map(|module| segments(module)) {
            if let Some((name, parent)) = module.split_last()
                && parent == absolute
            {
                self.imported.insert(name.clone(), module.clone());
            }
        }
    }

    fn walk_use(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.walk_use(prefix, &path.tree);
                prefix.pop();
            }
            syn::UseTree::Name(name) => {
                self.import(&joined(prefix, &name.ident), &name.ident, None)
            }
            syn::UseTree::Rename(name) => self.import(
                &joined(prefix, &name.ident),
                &name.ident,
                Some(&name.rename),
            ),
            syn::UseTree::Glob(glob) => {
                self.import_all(prefix, glob.star_token.spans[0].start().line)
            }
            syn::UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.walk_use(prefix, tree)),
        }
    }

    /// Tokens nobody has parsed: `a::b::c` is a path, and so is each entry of `a::{b, c::d}`.
    fn scan(&mut self, prefix: &[String], tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match token {
                TokenTree::Group(group) => self.scan(&[], group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = joined(prefix, first);
                    while let [TokenTree::Punct(a), TokenTree::Punct(b), next, after @ ..] = rest
                        && (a.as_char(), b.as_char()) == (':', ':')
                    {
                        match next {
                            TokenTree::Ident(ident) => path.push(ident.to_string()),
                            TokenTree::Group(group) => self.scan(&path, group.stream()),
                            _ => break,
                        }
                        rest = after;
                    }
                    if path.len() > 1 {
                        self.note(&path, first.span().start().line, "");
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.here.push(item.ident.to_string());
        self.imported
            .insert(item.ident.to_string(), self.here.clone());
        visit::visit_item_mod(self, item);
        self.here.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.walk_use(&mut Vec::new(), &item.tree);
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        if item.ident == "self" {
            let alias = item.rename.as_ref().map(|(_, ident)| ident);
            self.import(&["crate".to_owned()], &item.ident, alias);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if path.leading_colon.is_none() && written.len() > 1 {
            self.note(&written, path.segments[0].ident.span().start().line, "");
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.scan(&[], call.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.scan(&[], list.tokens.clone());
    }

    /// `pub(in path)` names an ancestor, which is no import.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}
