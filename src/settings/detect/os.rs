//! The operating system: `/etc/os-release` and the kernel's release, on macOS its own list of properties.
//!
//! Spec: semantic conventions, "Operating System"; os-release(5).

use crate::settings::detect::{Found, Surroundings};

/// Where distributions say who they are; the second is for those without the first.
const OS_RELEASE: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

const SYSTEM_VERSION: &str = "/System/Library/CoreServices/SystemVersion.plist";

const KERNEL_RELEASE: &str = "/proc/sys/kernel/osrelease";

pub(super) fn detect(around: &Surroundings<'_>, found: &mut Found) {
    found.text("os.type", Some(os_type(std::env::consts::OS)));
    if let Some(text) = OS_RELEASE.iter().find_map(|path| around.read(path)) {
        let kernel = around.read(KERNEL_RELEASE);
        of_release(&text, kernel.as_deref().map(str::trim), found);
    } else if let Some(text) = around.read(SYSTEM_VERSION) {
        of_properties(&text, found);
    }
}

/// The conventions' word for a system.
fn os_type(name: &str) -> &str {
    match name {
        "macos" => "darwin",
        other => other,
    }
}

fn of_release(text: &str, kernel: Option<&str>, found: &mut Found) {
    let value = |key: &str| {
        let mut pairs = text.lines().rev().filter_map(|line| line.split_once('='));
        let (_, value) = pairs.find(|(held, _)| held.trim() == key)?;
        Some(unquoted(value.trim())).filter(|value| !value.is_empty())
    };
    found.text("os.name", value("NAME").as_deref());
    found.text("os.version", value("VERSION_ID").as_deref());
    found.text("os.build_id", value("BUILD_ID").as_deref());
    let description = match (value("PRETTY_NAME"), kernel) {
        (Some(name), Some(kernel)) => Some(format!("{name} (Linux {kernel})")),
        (name, _) => name,
    };
    found.text("os.description", description.as_deref());
}

/// A value as a shell reads it.
fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        let inner = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner
                .replace("\\\"", "\"")
                .replace("\\$", "$")
                .replace("\\\\", "\\");
        }
    }
    value.to_owned()
}

fn of_properties(text: &str, found: &mut Found) {
    let value = |key: &str| {
        let (_, behind) = text.split_once(&format!("<key>{key}</key>"))?;
        let inner = behind.trim_start().strip_prefix("<string>")?;
        Some(inner.split_once("</string>")?.0)
    };
    let (name, version) = (value("ProductName"), value("ProductVersion"));
    found.text("os.name", name);
    found.text("os.version", version);
    found.text("os.build_id", value("ProductBuildVersion"));
    if let (Some(name), Some(version)) = (name, version) {
        found.text("os.description", Some(&format!("{name} {version}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::detect::tests::shown;

    #[track_caller]
    fn check(text: &str, kernel: Option<&str>, expected: &str) {
        let mut found = Found::default();
        of_release(text, kernel, &mut found);
        assert_eq!(shown(&found.0), expected);
    }

    #[test]
    fn a_distribution_says_who_it_is() {
        check(
            "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nID=debian\n",
            Some("6.12.9-amd64"),
            "os.name=Debian GNU/Linux os.version=13 os.description=Debian GNU/Linux 13 (trixie) (Linux 6.12.9-amd64)",
        );
        check(
            "# comment\nNAME='Arch Linux'\r\nBUILD_ID=rolling\nPRETTY_NAME='Arch Linux'\n",
            None,
            "os.name=Arch Linux os.build_id=rolling os.description=Arch Linux",
        );
        check("NAME=\nVERSION_ID=\"\"\nno pair\n", Some("6.1"), "");
        check("NAME=\"a \\\"b\\\"\"\n", None, "os.name=a \"b\"");
    }

    #[test]
    fn a_mac_says_who_it_is() {
        let text = "<dict>\n\t<key>ProductBuildVersion</key>\n\t<string>25A354</string>\n\t<key>ProductName</key>\n\t<string>macOS</string>\n\t<key>ProductVersion</key>\n\t<string>26.0</string>\n</dict>";
        let mut found = Found::default();
        of_properties(text, &mut found);
        let expected = "os.name=macOS os.version=26.0 os.build_id=25A354 os.description=macOS 26.0";
        assert_eq!(shown(&found.0), expected);
    }

    #[test]
    fn systems_have_the_conventions_names() {
        assert_eq!((os_type("macos"), os_type("linux")), ("darwin", "linux"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "([A-Z_]{0,4}|NAME|PRETTY_NAME)=?[\"'\\\\$a-z]{0,5}\n?.{0,20}") {
            let mut found = Found::default();
            of_release(&text, None, &mut found);
            of_properties(&text, &mut found);
        }
    }
}
