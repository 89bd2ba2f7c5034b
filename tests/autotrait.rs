//! What a host may do with our types: share them between threads, send them to another, hold them
//! across an await. A new public type is added to one of these lists; the last test finds those
//! forgotten.

mod sources;

use std::collections::BTreeSet;

use syn::visit::Visit;

/// Each type is `Send`, `Sync` and `Unpin`.
macro_rules! shared {
    ($($type:ty),* $(,)?) => {{
        fn holds<T: Send + Sync + Unpin>() {}
        $(holds::<$type>();)*
    }};
}

/// Each type is `Send` and `Unpin`; one task at a time uses it.
macro_rules! sent {
    ($($type:ty),* $(,)?) => {{
        fn holds<T: Send + Unpin>() {}
        $(holds::<$type>();)*
    }};
}

#[test]
fn storey_1() {
    use mailward::{clock, step};
    shared![
        clock::ManualClock,
        clock::Moment,
        clock::SystemClock,
        Box<dyn clock::Clock>
    ];
    #[cfg(feature = "tokio")]
    shared![clock::TokioClock];
    sent![step::Step<'static, String>];
}

#[test]
fn no_public_type_is_forgotten() {
    let mut listed = Listed::default();
    listed.visit_file(&syn::parse_file(include_str!("autotrait.rs")).unwrap());
    let mut declared = Declared::default();
    for (file, text) in sources::below("src") {
        let tree = syn::parse_file(&text);
        declared.visit_file(&tree.unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
    assert!(!declared.0.is_empty(), "no public type found in src");
    let forgotten: Vec<&String> = declared.0.difference(&listed.0).collect();
    assert!(
        forgotten.is_empty(),
        "not in a list of tests/autotrait.rs: {forgotten:?}"
    );
}

/// The words in the lists above.
#[derive(Default)]
struct Listed(BTreeSet<String>);

impl<'ast> Visit<'ast> for Listed {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("shared") || call.path.is_ident("sent") {
            let list = call.tokens.to_string();
            let words = list.split(|c: char| !c.is_alphanumeric() && c != '_');
            self.0.extend(words.map(str::to_owned));
        }
    }
}

/// The public structs and enums of the files it visits.
#[derive(Default)]
struct Declared(BTreeSet<String>);

impl Declared {
    fn note(&mut self, visibility: &syn::Visibility, ident: &syn::Ident) {
        if matches!(visibility, syn::Visibility::Public(_)) {
            self.0.insert(ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Declared {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.note(&item.vis, &item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.note(&item.vis, &item.ident);
    }
}
