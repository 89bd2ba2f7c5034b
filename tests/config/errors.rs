//! What is wrong in a file: the whole sentence, its place, all of them in one pass.

use mailward::config::Config;
use mailward::diagnostic::Diagnostics;

use crate::{errors, errors_below};

const TOP: &str =
    "hostname, security, refuse-at, text-in-secure, soft, perimeter, texts, commands, dns or check";
const KINDS: &str = "client-table, verified-client, blocklist, greeting, sender-table, sender-domain or recipient-table";

#[test]
fn a_file_needs_a_host_name() {
    assert_eq!(
        errors("# nothing\n"),
        "policy.toml:1:1: error: hostname is missing; expected hostname = \"mx.example.org\" or the like at the top\n"
    );
    assert_eq!(
        errors("hostname = \"mx..example.org\""),
        "policy.toml:1:12: error: mx..example.org: empty label at octet 4; expected a host name such as \"mx.example.org\"\n"
    );
    assert_eq!(
        errors("hostname = 5"),
        "policy.toml:1:12: error: hostname is an integer; expected a host name such as \"mx.example.org\"\n"
    );
}

#[test]
fn unknown_keys_are_told_with_the_nearest_known() {
    assert_eq!(
        errors("hostname = 'mx.example.org'\nsecurty = 'friendly'\n"),
        format!(
            "policy.toml:2:1: error: unknown key securty; expected {TOP}; did you mean security?\n"
        )
    );
    for (text, sentence) in [
        (
            "[perimeter]\nnetwork = []",
            "3:1: error: unknown key network; expected networks, backup-mx, proxy-protocol, names, domains, relay-to, literals, everyone or postmaster-exempt; did you mean networks?",
        ),
        (
            "[commands]\nverify = 'on'",
            "3:1: error: unknown key verify; expected vrfy, expn or etrn; did you mean vrfy?",
        ),
        (
            "[dns]\ndead-line = '5s'",
            "3:1: error: unknown key dead-line; expected deadline, in-flight, cache or on-trouble; did you mean deadline?",
        ),
        (
            "[[check]]\nkind = 'greeting'\nfile = 'x'",
            "4:1: error: unknown key file; expected kind, name, class, code, dry-run, at, unless, refuse or on-trouble",
        ),
        (
            "[[check]]\nkind = 'recipient-table'\nfile = 'x'\nfiles = 'x'",
            "5:1: error: unknown key files; expected kind, name, class, code, dry-run, at, unless, subdomains or file; did you mean file?",
        ),
        (
            "\"a\\nb\" = 1",
            "2:1: error: unknown key \"a\\nb\"; expected hostname, security, refuse-at, text-in-secure, soft, perimeter, texts, commands, dns or check",
        ),
    ] {
        assert_eq!(
            errors(&format!("hostname = 'mx.example.org'\n{text}")),
            format!("policy.toml:{sentence}\n")
        );
    }
    let unknown = errors_below("[texts]\nbad-clint = 'x'");
    assert!(
        unknown.starts_with("policy.toml:4:1: error: unknown key bad-clint; expected bad-client, ")
    );
    assert!(unknown.ends_with("; did you mean bad-client?\n"));
}

#[test]
fn what_does_not_exist_yet_is_unknown() {
    let unknown = |text: &str, words: &[&str]| {
        let found = errors(&format!("hostname = 'mx.example.org'\n{text}"));
        assert_eq!(found.lines().count(), words.len(), "{found}");
        for (line, word) in found.lines().zip(words) {
            assert!(
                line.contains(&format!(": error: unknown {word}; expected ")),
                "{line}"
            );
        }
    };
    unknown("[state]\nstore = 'memory'", &["key state"]);
    unknown(
        "[perimeter]\nxclient = []\nxclient-login = true",
        &["key xclient", "key xclient-login"],
    );
    unknown("[dns]\nprobe = '1h'", &["key probe"]);
    for kind in ["recipient-domain", "rate", "concurrency", "greylist"] {
        let text = format!("[[check]]\nkind = '{kind}'\nlimit = 20");
        unknown(&text, &[&format!("kind {kind}")]);
    }
    unknown(
        "[[check]]\nkind = 'sender-domain'\nexchangers = 'trust'",
        &["key exchangers"],
    );
    let list = "[[check]]\nkind = 'blocklist'\nrefuse-at-score = 3\ndefer-at-score = 2\n[[check.zone]]\nzone = 'bl.example'\n\
                answers = '127.0.0.2'\nweight = 3\nof = 'client'\nerrors = '127.0.0.255'\n";
    unknown(
        list,
        &[
            "key refuse-at-score",
            "key defer-at-score",
            "key answers",
            "key weight",
            "key of",
            "key errors",
        ],
    );
}

#[test]
fn words_are_told_with_the_list_and_the_nearest() {
    for (text, sentence) in [
        (
            "security = 'frendly'",
            "2:12: error: unknown security frendly; expected friendly or secure; did you mean friendly?",
        ),
        (
            "refuse-at = 'data'",
            "2:13: error: unknown refuse-at data; expected recipient or earliest",
        ),
        (
            "dns.on-trouble = 'refuse'",
            "2:18: error: unknown on-trouble refuse; expected proceed, defer-if-permit or defer",
        ),
        (
            "commands.vrfy = 'maybe'",
            "2:17: error: unknown vrfy maybe; expected noncommittal, off, on or a list of networks",
        ),
        (
            "commands.etrn = true",
            "2:17: error: etrn is a boolean; expected noncommittal, off, on or a list of networks",
        ),
        (
            "[[check]]\nkind = 'greeting'\nat = 'rcpt'",
            "4:6: error: unknown at rcpt; expected connect, greeting, mail, recipient or data",
        ),
        (
            "[[check]]\nkind = 'greeting'\nclass = 'permanant'",
            "4:9: error: unknown class permanant; expected temporary or permanent; did you mean permanent?",
        ),
        (
            "[[check]]\nkind = 'greeting'\nunless = ['interal']",
            "4:11: error: unknown word interal in unless; expected internal, authenticated or postmaster; did you mean internal?",
        ),
        (
            "[[check]]\nkind = 'greeting'\nunless = 'internal'",
            "4:10: error: unless is a string; expected a list of words",
        ),
        (
            "[[check]]\nkind = 'greeting'\nrefuse = ['malformd']",
            "4:11: error: unknown word malformd in refuse; expected malformed, missing, not-qualified, bare-address, wrong-literal, claims-to-be-us, unresolvable or mismatch; did you mean malformed?",
        ),
        (
            "[[check]]\nkind = 'verified-client'\nrequire = 'name'",
            "4:11: error: unknown require name; expected forward-confirmed or reverse-name",
        ),
        (
            "[[check]]\nkind = 'sender-domain'\nnull-mx = 'reject'",
            "4:11: error: unknown null-mx reject; expected accept, refuse or defer",
        ),
        (
            "[[check]]\nkind = 'sender-table'\nfile = 'x'\nsubdomains = true",
            "5:14: error: subdomains is a boolean; expected explicit or implied",
        ),
    ] {
        assert_eq!(
            errors(&format!("hostname = 'mx.example.org'\n{text}")),
            format!("policy.toml:{sentence}\n")
        );
    }
}

#[test]
fn values_of_another_kind_are_told_with_what_was_expected() {
    for (text, sentence) in [
        (
            "soft = 'yes'",
            "2:8: error: soft is a string; expected true or false",
        ),
        (
            "perimeter = 5",
            "2:13: error: perimeter is an integer; expected a section [perimeter]",
        ),
        (
            "check = 5",
            "2:9: error: check is an integer; expected a section [[check]]",
        ),
        (
            "[check]\nkind = 'greeting'",
            "2:1: error: check is a table; expected a section [[check]]",
        ),
        (
            "perimeter.domains = 'example.org'",
            "2:21: error: domains is a string; expected a list, each a name or a pattern such as \"*.example.org\"",
        ),
        (
            "perimeter.networks = [5]",
            "2:23: error: a member of networks is an integer; expected a network such as \"192.0.2.0/24\"",
        ),
        (
            "perimeter.networks = ['10.300']",
            "2:23: error: 10.300: not an address or a network; expected a network such as \"192.0.2.0/24\"",
        ),
        (
            "perimeter.networks = ['192.168.1.0/23']",
            "2:23: error: 192.168.1.0/23: host bits set; the network is 192.168.0.0/23; expected a network such as \"192.0.2.0/24\"",
        ),
        (
            "perimeter.relay-to = ['a..b']",
            "2:23: error: a..b: empty label at octet 3; expected a name or a pattern such as \"*.example.org\"",
        ),
        (
            "perimeter.literals = ['192.0.2.0/24']",
            "2:23: error: 192.0.2.0/24: not an IPv4 or IPv6 address; expected an address such as \"192.0.2.25\"",
        ),
        (
            "dns.deadline = 5",
            "2:16: error: deadline is an integer; expected a time such as \"5s\", \"250ms\" or \"1h\"",
        ),
        (
            "dns.deadline = '5'",
            "2:16: error: deadline is 5; expected a time such as \"5s\", \"250ms\" or \"1h\"",
        ),
        (
            "dns.deadline = '0s'",
            "2:16: error: deadline is 0s; expected a time such as \"5s\", \"250ms\" or \"1h\"",
        ),
        (
            "dns.in-flight = 0",
            "2:17: error: in-flight is 0; expected a number from 1 on",
        ),
        (
            "dns.cache = -1",
            "2:13: error: cache is -1; expected a number of answers, 0 for none",
        ),
        (
            "dns.cache = 0xff_ffff_ffff",
            "2:13: error: cache is 0xffffffffff; expected a number of answers, 0 for none",
        ),
        (
            "dns.cache = 'none'",
            "2:13: error: cache is a string; expected a number of answers, 0 for none",
        ),
        (
            "texts.bad-sender = 5",
            "2:20: error: bad-sender is an integer; expected a text of one line",
        ),
        (
            "texts.bad-sender = 'a\\nb'",
            "2:20: error: reply text a\\nb: unusable character '\\n' at octet 1",
        ),
    ] {
        let text = text.replace("'a\\nb'", "\"a\\nb\"");
        let sentence = sentence.replace("text a\\nb", "text \"a\\nb\"");
        assert_eq!(
            errors(&format!("hostname = 'mx.example.org'\n{text}")),
            format!("policy.toml:{sentence}\n")
        );
    }
}

#[test]
fn placeholders_belong_into_friendly_texts() {
    assert_eq!(
        errors_below("texts.listed-client = 'See {zone}'"),
        "policy.toml:3:23: error: placeholder {zone} works in friendly mode only\n"
    );
    let unknown = errors_below("security = 'friendly'\ntexts.listed-client = 'See {zon}'");
    assert!(unknown.starts_with(
        "policy.toml:4:23: error: unknown placeholder {zon}; expected client, name, "
    ));
}

#[test]
fn faults_of_checks() {
    for (text, sentence) in [
        ("name = 'x'", format!("2:1: error: kind is missing; expected {KINDS}")),
        ("kind = 'blacklist'", format!("3:8: error: unknown kind blacklist; expected {KINDS}; did you mean blocklist?")),
        ("kind = 3", format!("3:8: error: kind is an integer; expected {KINDS}")),
        ("kind = 'sender-table'", "2:1: error: file is missing; expected file = \"auth.mta\" or the like, relative to the policy file".into()),
        ("kind = 'client-table'\nfile = ''", "4:8: error: file is empty; expected file = \"auth.mta\" or the like, relative to the policy file".into()),
        ("kind = 'sender-table'\nfile = 'x'\non-trouble = 'defer'", "5:1: error: on-trouble has no meaning for a sender-table, which asks nobody".into()),
        ("kind = 'recipient-table'\nfile = 'x'\non-trouble = 'defer'", "5:1: error: on-trouble has no meaning for a recipient-table, which asks nobody".into()),
        ("kind = 'greeting'\ncode = 521", "4:8: error: code is 521; expected 400 to 599 but 521".into()),
        ("kind = 'greeting'\ncode = 250", "4:8: error: code is 250; expected 400 to 599 but 521".into()),
        ("kind = 'greeting'\ncode = 99", "4:8: error: code is 99; expected 400 to 599 but 521".into()),
        ("kind = 'greeting'\ncode = '550'", "4:8: error: code is a string; expected 400 to 599 but 521".into()),
        ("kind = 'greeting'\ncode = 550\nclass = 'temporary'", "5:9: error: class and code stand together; expected one of them".into()),
        ("kind = 'greeting'\nname = 'two words'", "4:8: error: name is \"two words\"; expected a word of at most 64 visible ASCII characters".into()),
        ("kind = 'greeting'\nname = 'relay-control'", "4:8: error: another rule is called relay-control; expected a name of its own".into()),
        ("kind = 'greeting'\nname = 'greeting-2'\n[[check]]\nkind = 'greeting'", "5:1: error: another rule is called greeting-2; expected a name of its own".into()),
        ("kind = 'blocklist'", "2:1: error: a blocklist without a zone; expected [[check.zone]] with zone = \"zen.example.net\" or the like".into()),
        ("kind = 'blocklist'\nzone = []", "4:8: error: a blocklist without a zone; expected [[check.zone]] with zone = \"zen.example.net\" or the like".into()),
        ("kind = 'blocklist'\nzone = 'bl.example'", "4:8: error: zone is a string; expected a section [[check.zone]]".into()),
        ("kind = 'blocklist'\n[[check.zone]]\nlabel = 'zen'", "4:1: error: zone is missing; expected zone = \"zen.example.net\" or the like".into()),
        // The name may hold a key, so it is not repeated.
        ("kind = 'blocklist'\n[[check.zone]]\nzone = 'k3y..example'", "5:8: error: the zone is no domain name; expected zone = \"zen.example.net\" or the like".into()),
        ("kind = 'blocklist'\n[[check.zone]]\nzone = 'bl.example'\ntext = 'see {client}'", "6:8: error: a brace in the text of a zone; expected a text without placeholders, which belong into [texts]".into()),
        ("kind = 'blocklist'\n[[check.zone]]\nzone = 'bl.example'\ntext = ''", "6:8: error: reply text \"\": empty; expected \"dns\" or a text of one line".into()),
        ("kind = 'blocklist'\n[[check.zone]]\nzone = 'bl.example'\nfamily = 'v5'", "6:10: error: unknown family v5; expected v4, v6 or both".into()),
    ] {
        assert_eq!(errors(&format!("hostname = 'mx.example.org'\n[[check]]\n{text}")), format!("policy.toml:{sentence}\n"));
    }
}

#[test]
fn syntax() {
    for (text, sentence) in [
        (
            "hostname = \"mx.example.org",
            "1:27: error: invalid basic string; expected `\"`",
        ),
        (
            "hostname = 'a.b'\nhostname = 'c.d'",
            "2:1: error: duplicate key hostname; expected each key once",
        ),
        (
            "hostname = 'a.b'\n[dns]\n[dns]",
            "3:2: error: duplicate key dns; expected each key once",
        ),
        (
            "hostname = 'a.b'\nsoft",
            "2:5: error: key with no value; expected `=`",
        ),
    ] {
        let found = errors(text);
        assert_eq!(found, format!("policy.toml:{sentence}\n"));
    }
    let mut found = Diagnostics::new();
    assert_eq!(
        Config::parse("policy.toml", b"soft = true\n# \xff", &mut found),
        None
    );
    assert_eq!(
        found.to_string(),
        "policy.toml:2:3: error: an octet that is no UTF-8; expected a text in UTF-8\n"
    );
    let long = format!("hostname = 'a.b'\n# {}", "x".repeat(1 << 20));
    assert_eq!(
        errors(&long),
        "policy.toml:1:1: error: the file is longer than 1048576 octets\n"
    );
}

#[test]
fn all_errors_come_in_one_pass_in_the_order_of_the_file() {
    let text = "dns.deadline = 5\n[[check]]\nkind = 'rate'\n[[check]]\nkind = 'greeting'\ncode = 250\n[perimeter]\nnetworks = ['x', '0.0.0.0/0']\nnames = ['a..b', '*']\n[texts]\nbad-sender = '{zone}'\n";
    let found = errors(text);
    let places: Vec<_> = found
        .lines()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    let expected = [
        "1:1", "1:16", "3:8", "6:8", "8:12", "8:13", "9:10", "9:18", "11:14",
    ];
    assert_eq!(
        places,
        expected.map(|place| format!("policy.toml:{place}")),
        "{found}"
    );
    assert!(found.starts_with("policy.toml:1:1: error: hostname is missing"));
}

#[test]
fn at_most_twenty() {
    let text: String = (0..100).map(|at| format!("x{at} = 1\n")).collect();
    let found = errors_below(&text);
    assert_eq!(found.lines().count(), 20);
    assert!(found.starts_with("policy.toml:3:1: error: unknown key x0; "));
}

#[test]
fn columns_count_characters() {
    assert_eq!(
        errors("hostname = 'mx.example.org'\nperimeter.domains = ['\u{e9}\u{e9}.example', 5]")
            .lines()
            .last(),
        Some(
            "policy.toml:2:36: error: a member of domains is an integer; expected a name or a pattern such as \"*.example.org\""
        )
    );
    // A byte order mark is no column.
    assert!(
        errors("\u{feff}hostnam = 1").contains("policy.toml:1:1: error: unknown key hostnam; ")
    );
}
