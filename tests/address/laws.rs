//! What holds for any mailbox, and for any text.

use mailward::{
    address::{Domain, ForwardPath, Literal, LocalPart, Mailbox, Recipient, ReversePath, Sender},
    client::ClientIp,
};
use proptest::prelude::*;

use crate::{forward, literal, mailbox, reverse};

fn domains() -> impl Strategy<Value = Domain> {
    prop_oneof![
        "[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\\.[a-z]{1,8}){0,3}"
            .prop_map(|text| Domain::parse(&text).unwrap()),
        any::<u32>()
            .prop_map(|bits| Literal::from(ClientIp::from(std::net::Ipv4Addr::from(bits))).into()),
        any::<u128>()
            .prop_map(|bits| Literal::from(ClientIp::from(std::net::Ipv6Addr::from(bits))).into()),
        any::<u16>().prop_map(|bits| {
            let ip = std::net::Ipv6Addr::from(u128::from(bits) << 48);
            Literal::from(ClientIp::from(ip)).into()
        }),
        "\\[[a-z]([a-z0-9-]{0,5}[a-z0-9])?:[!-Z^-~]{1,12}\\]"
            .prop_filter("an IP address is another kind", |text| Literal::parse(text)
                .is_ok())
            .prop_map(|text| Domain::parse(&text).unwrap()),
    ]
}

fn locals() -> impl Strategy<Value = LocalPart> {
    prop_oneof![
        "[a-z0-9.!#%+=_'-]{1,20}",
        "[ -~]{1,20}",
        "[@%!:,\"\\\\ a]{1,8}",
        "\\PC{1,12}",
    ]
    .prop_map(|value| LocalPart::new(&value).unwrap())
}

fn mailboxes() -> impl Strategy<Value = Mailbox> {
    (locals(), domains()).prop_map(|(local, domain)| Mailbox::new(local, domain).unwrap())
}

proptest! {
    #[test]
    fn print_then_parse_is_identity(local in locals(), mailbox in mailboxes(), routes in prop::collection::vec("[a-z]{1,9}", 0..4)) {
        prop_assert_eq!(&LocalPart::parse(&local.to_string()).unwrap(), &local);
        prop_assert_eq!(&LocalPart::new(local.as_str()).unwrap(), &local);
        prop_assert_eq!(&Mailbox::parse(&mailbox.to_string()).unwrap(), &mailbox);
        prop_assert_eq!(&Domain::parse(&mailbox.domain().to_string()).unwrap(), mailbox.domain());

        for sender in [Sender::Null, Sender::Local(local), Sender::Mailbox(mailbox.clone())] {
            prop_assert_eq!(&Sender::parse(&sender.to_string()).unwrap(), &sender);
            let path = ReversePath::from(sender);
            prop_assert_eq!(&ReversePath::parse(&path.to_string()).unwrap(), &path);
        }
        for recipient in [Recipient::Postmaster, Recipient::Mailbox(mailbox.clone())] {
            prop_assert_eq!(&Recipient::parse(&recipient.to_string()).unwrap(), &recipient);
            let path = ForwardPath::from(recipient);
            prop_assert_eq!(&ForwardPath::parse(&path.to_string()).unwrap(), &path);
        }
        let route: Vec<_> = routes.iter().map(|host| format!("@{host}")).collect();
        let colon = if route.is_empty() { "" } else { ":" };
        let text = format!("<{}{colon}{mailbox}>", route.join(","));
        prop_assert_eq!(&forward(&text).to_string(), &text);
        prop_assert_eq!(&reverse(&text).to_string(), &text);
        let path = forward(&text);
        prop_assert_eq!(path.mailbox(), Some(&mailbox));
    }

    #[test]
    fn any_text_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), text] {
            never_a_panic(&text)?;
        }
    }

    #[test]
    fn any_text_of_telling_characters_is_read_or_refused(text in "<?[a@%!:,.\"\\\\\\[\\] ()+1ü-]{0,24}>?") {
        never_a_panic(&text)?;
    }

    #[test]
    fn routed_is_told_of_the_unquoted_value(local in locals(), domain in domains()) {
        let expected = local.as_str().contains(['@', '%', '!', ':', ','])
            || (local.as_str().len() > 5 && local.as_str().to_ascii_uppercase().starts_with("IMCEA"));
        prop_assert_eq!(local.is_routed(), expected);
        // A quoted-pair before each character that may have one changes nothing.
        let pairs: String = local.as_str().chars().map(|c| if c.is_ascii() { format!("\\{c}") } else { c.into() }).collect();
        prop_assert_eq!(&LocalPart::parse(&format!("\"{pairs}\"")).unwrap(), &local);
        let mailbox = Mailbox::new(local, domain).unwrap();
        prop_assert_eq!(Recipient::from(mailbox).is_routed(), expected);
    }

    #[test]
    fn a_mapped_literal_is_the_ipv4_one(bits in any::<u32>()) {
        let ip = std::net::Ipv4Addr::from(bits);
        prop_assert_eq!(literal(&format!("[IPv6:::ffff:{ip}]")), literal(&format!("[{ip}]")));
        prop_assert_eq!(
            mailbox(&format!("ann@[IPv6:{}]", ip.to_ipv6_mapped())),
            mailbox(&format!("ann@[{ip}]"))
        );
    }
}

/// Whatever is read prints as something that is read as the same, and holds no control character.
fn never_a_panic(text: &str) -> Result<(), TestCaseError> {
    if let Ok(path) = ReversePath::parse(text) {
        prop_assert_eq!(&ReversePath::parse(&path.to_string()).unwrap(), &path);
        prop_assert!(!path.to_string().contains(char::is_control));
        prop_assert!(path.to_string().len() <= ReversePath::MAX_LEN);
    }
    if let Ok((path, rest)) = ForwardPath::parse_prefix(text) {
        prop_assert!(text.ends_with(rest));
        let own = text.strip_suffix(rest).unwrap();
        prop_assert_eq!(&ForwardPath::parse(own).unwrap(), &path);
        prop_assert_eq!(&ForwardPath::parse(&path.to_string()).unwrap(), &path);
        prop_assert_eq!(
            path.recipient(),
            &Recipient::parse(&path.recipient().to_string()).unwrap()
        );
    }
    if let Ok(mailbox) = Mailbox::parse(text) {
        prop_assert_eq!(&Mailbox::parse(&mailbox.to_string()).unwrap(), &mailbox);
    }
    if let Ok(sender) = Sender::parse(text) {
        prop_assert_eq!(&Sender::parse(&sender.to_string()).unwrap(), &sender);
    }
    if let Ok(domain) = Domain::parse(text) {
        prop_assert_eq!(&Domain::parse(&domain.to_string()).unwrap(), &domain);
    }
    if let Ok(local) = LocalPart::new(text) {
        prop_assert_eq!(&LocalPart::parse(&local.to_string()).unwrap(), &local);
    }
    let _ = Literal::parse(text);
    Ok(())
}
