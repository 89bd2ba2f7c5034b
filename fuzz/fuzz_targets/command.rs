//! Any line is a command or an error; what is printed reads back as the same command.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::wire::smtp::Command;

fuzz_target!(|line: &[u8]| match Command::parse(line) {
    Ok(command) => {
        let printed = command.to_string();
        assert_eq!(Command::parse(printed.as_bytes()), Ok(command), "{printed}");
    }
    Err(error) => assert!(matches!(error.code().as_u16(), 500 | 501 | 555), "{error}"),
});
