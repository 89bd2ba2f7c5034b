//! What the real servers serve.

use std::fmt::Write as _;

/// Zones for nsd: their names, and their files; those without one it fails to serve.
pub(crate) fn zones() -> Vec<(&'static str, Option<String>)> {
    vec![
        ("example", Some(format!("{SOA}{EXAMPLE}"))),
        (
            "partner.example",
            Some(format!("{SOA}host A 203.0.113.40\n")),
        ),
        ("broken.example", None),
        (
            "113.0.203.in-addr.arpa",
            Some(format!("{SOA}{REVERSE}{}", many())),
        ),
        (
            "16-23.113.0.203.in-addr.arpa",
            Some(format!("{SOA}17 PTR abroad-client.example.\n")),
        ),
        ("7.113.0.203.in-addr.arpa", None),
        ("8.b.d.0.1.0.0.2.ip6.arpa", Some(format!("{SOA}{REVERSE6}"))),
    ]
}

fn many() -> String {
    (0..200).fold(String::new(), |mut text, n| {
        writeln!(text, "11 PTR many{n}.example.").unwrap();
        text
    })
}

const SOA: &str =
    "$TTL 300\n@ SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n@ NS ns.example.\n";

const EXAMPLE: &str = r#"
ns           A      127.0.0.1
mail         A      203.0.113.2
mail         AAAA   2001:db8::2
several      A      203.0.113.8
several      A      203.0.113.9
under_score  A      203.0.113.15
_spf.mail    TXT    "v=spf1 -all"
text         TXT    "two " "strings, one of them \255\000"
www      20  CNAME  mail
far          CNAME  www
abroad       CNAME  host.partner
dangling     CNAME  nowhere
hollow       CNAME  text
loop1        CNAME  loop2
loop2        CNAME  loop1
lost         CNAME  host.broken
shop         MX     20 mx2
shop         MX     10 mx1
mx1          A      203.0.113.31
mx2          A      203.0.113.32
null         MX     0 .
odd          MX     10 a\032b
second       A      203.0.113.6
classless    A      203.0.113.12
abroad-client A     203.0.113.17
alias-client CNAME  alias-target
alias-target A      203.0.113.20
"#;

const REVERSE: &str = r"
2  PTR   mail.example.
3  PTR   mail.example.
4  PTR   nowhere.example.
6  PTR   nowhere.example.
6  PTR   second.example.
12 CNAME 12.8-15
12.8-15 PTR classless.example.
13 CNAME 13.8-15
13.8-15 CNAME 13
17 CNAME 17.16-23
18 PTR   pc\.local.example.
19 PTR   nul\000.example.
20 PTR   alias-client.example.
21 PTR   a\032b.example.
22 PTR   \255.example.
23 PTR   .
";

/// Of 2001:db8::2.
const REVERSE6: &str = "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.\n";

/// Lists for rbldnsd: zone, type of the set, and the set.
pub(crate) const LISTS: [(&str, &str, &str); 7] = [
    ("bl.example", "ip4set", BL),
    (
        "bl.example",
        "ip6trie",
        "$TTL 120\n:127.0.0.2:Listed $\n2001:db8::9/128\n",
    ),
    (
        "multi.example",
        "ip4set",
        "$TTL 120\n:127.0.0.2:A\n203.0.113.9\n",
    ),
    (
        "multi.example",
        "ip4set",
        "$TTL 120\n:127.0.0.4:B\n203.0.113.9\n",
    ),
    (
        "multi.example",
        "ip4set",
        "$TTL 120\n:127.0.0.10:C\n203.0.113.9\n203.0.113.10\n",
    ),
    (
        "err.example",
        "ip4set",
        ":127.255.255.254:Error: open resolver\n0.0.0.0/1\n128.0.0.0/1\n",
    ),
    (
        "parked.example",
        "ip4set",
        ":192.0.2.1:This domain is for sale\n0.0.0.0/1\n128.0.0.0/1\n",
    ),
];

const BL: &str = "$SOA 300 ns.example. hostmaster.example. 1 600 300 86400 60
$NS 300 ns.example
$TTL 120
:127.0.0.2:Listed, see https://bl.example/?ip=$
127.0.0.2
203.0.113.9
";
