"""Reads `cargo metadata` from standard input; fails when a dependency has a licence that is not on the list."""

import json
import re
import sys

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}

# One package, one licence, one reason.
EXCUSED = {
    "libbz2-rs-sys": ("bzip2-1.0.6", "a BSD licence of its own"),
    "webpki-root-certs": ("CDLA-Permissive-2.0", "certificates, which are data; not built for Linux"),
    "option-ext": ("MPL-2.0", "one small function that `dirs` uses, unchanged; the licence asks for its own file only"),
}


def allows(expression, licences):
    """Whether an SPDX expression can be met with these licences."""
    words = re.findall(r"[()]|[^\s()/]+|/", expression)

    def term():
        word = words.pop(0)
        if word == "(":
            met = either()
            words.pop(0)
            return met
        if words[:1] == ["WITH"]:
            # An exception only adds permissions.
            del words[:2]
        return word in licences

    def both():
        met = term()
        while words[:1] == ["AND"]:
            words.pop(0)
            met = term() and met
        return met

    def either():
        met = both()
        # A slash is how old manifests write OR.
        while words[:1] in (["OR"], ["/"]):
            words.pop(0)
            met = both() or met
        return met

    return either()


def main():
    packages = json.load(sys.stdin)["packages"]
    refused = []
    for package in packages:
        name, expression = package["name"], package["license"] or "none"
        licences = ALLOWED | {EXCUSED[name][0]} if name in EXCUSED else ALLOWED
        if not allows(expression, licences):
            refused.append(f"{name} {package['version']}: {expression}")
    for line in refused:
        print(f"not allowed: {line}", file=sys.stderr)
    unused = set(EXCUSED) - {package["name"] for package in packages}
    for name in sorted(unused):
        print(f"no longer needed: the excuse for {name}", file=sys.stderr)
    print(f"{len(packages)} packages, {len(refused)} with a licence that is not allowed")
    return 1 if refused or unused else 0


if __name__ == "__main__":
    sys.exit(main())
