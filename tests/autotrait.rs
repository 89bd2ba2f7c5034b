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

#[cfg(feature = "replay")]
#[test]
fn storey_11() {
    use mailward::replay;
    shared![replay::Replay, replay::Summary, replay::World];
}

#[test]
fn storey_0() {
    use mailward::{address, client, diagnostic, name, reply, wire};
    shared![
        diagnostic::Diagnostic,
        diagnostic::Diagnostics,
        diagnostic::Place,
        diagnostic::Severity
    ];
    shared![
        name::InvalidName,
        name::InvalidNamePattern,
        name::Name,
        name::NamePattern
    ];
    shared![name::NameRef<'static>, name::NameSet];
    shared![
        client::Client,
        client::ClientIp,
        client::Family,
        client::InvalidClientIp
    ];
    shared![client::InvalidNetwork, client::Network, client::Via];
    shared![
        reply::Class,
        reply::Detail,
        reply::EnhancedCode,
        reply::InvalidDetail
    ];
    shared![reply::InvalidReplyCode, reply::InvalidReplyText];
    shared![reply::Reply, reply::ReplyCode, reply::ReplyText];
    shared![
        address::Domain,
        address::GeneralLiteral,
        address::Literal,
        address::LocalPart
    ];
    shared![
        address::InvalidDomain,
        address::InvalidLocalPart,
        address::InvalidMailbox
    ];
    shared![
        address::ForwardPath,
        address::InvalidPath,
        address::Mailbox,
        address::Recipient
    ];
    shared![address::ReversePath, address::Sender, address::SourceRoute];
    shared![wire::proxy::Ends<std::net::Ipv4Addr>, wire::proxy::Parsed];
    shared![wire::proxy::ProxyError, wire::proxy::ProxyHeader];
    shared![
        wire::smtp::Argument,
        wire::smtp::InitialResponse,
        wire::smtp::Mechanism
    ];
    shared![
        wire::smtp::Command,
        wire::smtp::CommandError,
        wire::smtp::Verb
    ];
    shared![wire::smtp::Parameter<'static>, wire::smtp::Parameters];
}

#[test]
fn storey_1() {
    use mailward::{clock, dns, step};
    sent![step::Step<'static, String>];
    shared![
        clock::ManualClock,
        clock::Moment,
        clock::SystemClock,
        Box<dyn clock::Clock>
    ];
    #[cfg(feature = "tokio")]
    shared![clock::TokioClock];
    shared![
        dns::Answer<dns::Mx>,
        dns::DnsError,
        dns::Exchange,
        dns::PtrTarget,
        dns::Txt
    ];
    shared![
        dns::MemoryDns,
        dns::Question,
        dns::QueryName,
        dns::RecordType,
        dns::ZoneError
    ];
    shared![Box<dyn dns::Dns>];
    #[cfg(feature = "hickory")]
    shared![dns::HickoryBuilder, dns::HickoryDns, dns::HickoryError];
}

#[test]
fn storey_2() {
    use mailward::{fcrdns, mailroute, rbl};
    shared![fcrdns::Fcrdns, fcrdns::Iprev, fcrdns::VerifiedName];
    shared![mailroute::Absence, mailroute::MailRoute];
    shared![rbl::Families, rbl::Hit, rbl::Listing, rbl::Skip, rbl::Zone];
}

#[test]
fn storey_3() {
    use mailward::{helo, relay, table, verdict};
    shared![helo::Claim, helo::Identity, helo::LiteralMatch];
    shared![helo::Ourselves, helo::Standing];
    shared![relay::Backup, relay::Destination, relay::Known];
    shared![relay::Login, relay::Perimeter, relay::Side];
    shared![table::Action, table::InvalidAction, table::Rejection];
    shared![table::Deferral, table::Expression, table::InvalidExpression];
    shared![table::Wildcard, table::InvalidWildcard];
    shared![table::HostPattern, table::InvalidHostPattern];
    shared![table::MailboxPattern, table::InvalidMailboxPattern];
    shared![table::HostTable, table::HostTableBuilder];
    shared![table::MailboxTable, table::MailboxTableBuilder];
    shared![table::InvalidRule, table::Rule<table::HostPattern>];
    shared![table::Subdomains];
    shared![verdict::Custom];
    shared![verdict::Doubt, verdict::Doubted, verdict::Judgement];
    shared![verdict::Event, verdict::NotARefusal, verdict::Reason];
    shared![
        verdict::Refusal,
        verdict::Rule,
        verdict::Stage,
        verdict::Then
    ];
    shared![verdict::Subject, verdict::UnknownEvent, verdict::Verdict];
}

#[test]
fn storeys_4_and_5() {
    use mailward::{session, trace};
    shared![
        trace::Entry,
        trace::Level,
        trace::Note,
        trace::Found,
        trace::Recorder
    ];
    shared![trace::Skip, trace::Trace];
    shared![
        session::Greeting,
        session::Session,
        session::Transport,
        session::Hello,
        session::Report
    ];
}

#[test]
fn storeys_6_and_7() {
    use mailward::{policies, policy, wording};
    type Check = policies::VerifiedClient;
    shared![
        policy::Answering<Check>,
        policy::At<Check>,
        policy::Awaited<Check>,
        policy::Chain
    ];
    shared![policy::DryRun<Check>, policy::Inspect<Check, fn()>, policy::Named<Check>];
    shared![
        policy::PolicyFn<fn()>,
        policy::Softened<Check>,
        policy::Unless<Check>
    ];
    shared![
        policy::Connection,
        policy::Exemption,
        policy::Exemptions,
        policy::Inquiry<'static>
    ];
    shared![policy::InClass<Check>, policy::RefusalClass];
    shared![policy::RefuseAt, policy::Timing, Box<dyn policy::Policy>];
    shared![
        wording::Security,
        wording::TableTexts,
        wording::TextError,
        wording::Wording
    ];
    shared![
        policies::Blocklist,
        policies::ClientTable,
        policies::Greeting
    ];
    shared![
        policies::GreetingFault,
        policies::OnTrouble,
        policies::RecipientTable
    ];
    shared![
        policies::RelayControl,
        policies::Require,
        policies::SenderDomain
    ];
    shared![
        policies::SenderTable,
        policies::Treatment,
        policies::UnknownGreetingFault
    ];
    shared![policies::VerifiedClient];
}

#[test]
fn storey_8() {
    use mailward::guard;
    shared![
        guard::Commands,
        guard::Guard,
        guard::GuardBuilder,
        guard::Outcome
    ];
    shared![
        guard::Firmness,
        guard::Postmaster,
        guard::Service,
        guard::Shared
    ];
    shared![guard::BlockingDialogue, guard::Dialogue];
}

#[cfg(feature = "config")]
#[test]
fn storey_9() {
    use mailward::config;
    shared![config::Answer, config::Check, config::CheckConfig];
    shared![config::Config, config::Coverage, config::DnsSettings];
    shared![config::Effect, config::Everyone, config::Folder];
    shared![config::Ground, config::Loaded, config::MemoryFiles];
    shared![config::PerimeterConfig, config::TableFile];
    shared![config::ZoneConfig, config::ZoneText];
}

#[test]
fn no_public_type_is_forgotten() {
    let mut listed = Listed::default();
    listed.visit_file(&syn::parse_file(include_str!("autotrait.rs")).unwrap());
    let mut declared = BTreeSet::new();
    for (file, text) in sources::below("src") {
        let module = file.with_extension("");
        let module = module.iter().next().unwrap().to_str().unwrap();
        let tree = syn::parse_file(&text).unwrap();
        declared.extend(public_types(&tree.items).map(|name| format!("{module}::{name}")));
    }
    assert!(!declared.is_empty(), "no public type found in src");
    let forgotten: Vec<&String> = declared.difference(&listed.0).collect();
    assert!(
        forgotten.is_empty(),
        "in no list of tests/autotrait.rs: {forgotten:?}"
    );
}

/// The types in the lists above, by storey's module and name: `wire::ProxyHeader`.
#[derive(Default)]
struct Listed(BTreeSet<String>);

impl<'ast> Visit<'ast> for Listed {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("shared") || call.path.is_ident("sent") {
            let list = call.tokens.to_string().replace(' ', "");
            let paths = list.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let ends = paths
                .filter_map(|path| Some((path.split("::").next()?, path.rsplit("::").next()?)));
            self.0
                .extend(ends.map(|(module, name)| format!("{module}::{name}")));
        }
    }
}

fn public_types(items: &[syn::Item]) -> impl Iterator<Item = &syn::Ident> {
    items.iter().filter_map(|item| match item {
        syn::Item::Struct(item) if matches!(item.vis, syn::Visibility::Public(_)) => {
            Some(&item.ident)
        }
        syn::Item::Enum(item) if matches!(item.vis, syn::Visibility::Public(_)) => {
            Some(&item.ident)
        }
        _ => None,
    })
}
