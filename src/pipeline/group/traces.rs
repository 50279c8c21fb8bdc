//! Traces as runtimes print them: each is one record, whatever stands around it and wherever the input is cut.

use super::*;
use crate::format::ansi;
use crate::format::timestamp::Zone;
use crate::format::{Format, FormatKind};
use crate::pipeline::group::tests::cut;
use jiff::tz::TimeZone;
use std::sync::Arc;

const PLAIN: &str = "Nothing is wrong here.";

fn records(text: &str) -> Vec<String> {
    let mut parser = Parser::new(
        Arc::new(Format::of(FormatKind::Plain)),
        Zone::new(TimeZone::UTC),
    );
    let mut groups = Groups::new(text.as_bytes(), LineLimits::of_lines(10_000), 0);
    let mut found = Vec::new();
    while let Some(group) = groups.next_group(&mut parser) {
        found.push(text.get(group.start..group.end).unwrap().to_owned());
    }
    found
}

/// Between plain lines, and below itself, a trace is one record with its text unchanged.
#[track_caller]
fn check(trace: &str) {
    let text = [PLAIN, trace, PLAIN, trace, trace, "", PLAIN].join("\n");
    assert_eq!(records(&text), [PLAIN, trace, PLAIN, trace, trace, PLAIN]);
    for at in 0..text.len() {
        let seen = &text.as_bytes()[..at];
        let mut parser = Parser::new(
            Arc::new(Format::of(FormatKind::Plain)),
            Zone::new(TimeZone::UTC),
        );
        if let Some(cut) = cut(seen, &mut parser, 10_000) {
            let mut halves = records(text.get(..cut).unwrap());
            halves.extend(records(text.get(cut..).unwrap()));
            assert_eq!(halves.len(), 6, "cut at {cut}, seen {at}");
        }
    }
}

#[test]
fn traces_of_java() {
    check(
        "Exception in thread \"worker-3\" java.lang.IllegalStateException: queue is closed\n\tat shop.Queue.put(Queue.java:41)\n\tat shop.Main.main(Main.java:7)\nCaused by: java.io.IOException: disk full\n\tat shop.Disk.write(Disk.java:12)\n\t... 2 more",
    );
    check(
        "shop.billing.PaymentException: declined\n    at shop.billing.Card.charge(Card.kt:88)\n    Suppressed: java.io.IOException: close failed\n        at shop.billing.Card.close(Card.kt:97)\n        ... 1 common frames omitted\nWrapped by: java.lang.RuntimeException: order 7\n\tat shop.Order.pay(Order.kt:3)\n\t[CIRCULAR REFERENCE: java.lang.RuntimeException: order 7]",
    );
    check(
        "org.db.QueryException: near \"SELEC\": syntax error\nSELEC id\nFROM orders\nWHERE id = 3\n\n\tat org.db.Parser.parse(Parser.java:301)\n\tat shop.Orders.find(Orders.java:20)",
    );
    check(
        "java.lang.RuntimeException: mail.SendException: refused;\n  nested exception is:\nmail.smtp.AddressException: 550 no such user\n\n\tat shop.Mail.send(Mail.java:9)\nCaused by: mail.SendException: refused;\n  nested exception is:\n\tmail.smtp.AddressException: 550 no such user\n\tat shop.Mail.connect(Mail.java:33)\nCaused by: mail.smtp.AddressException: 550 no such user",
    );
    check(
        "FATAL EXCEPTION: main\nProcess: org.example.shop, PID: 4711\njava.lang.NullPointerException: cart\n\tat org.example.shop.Cart.total(Cart.kt:17)\n\tat android.os.Looper.loop(Looper.java:288)",
    );
}

#[test]
fn traces_of_python() {
    check(
        "Traceback (most recent call last):\n  File \"/srv/shop.py\", line 7, in <module>\n    main()\n    ~~~~^^\n  File \"/srv/shop.py\", line 4, in main\n    raise OutOfStock('7')\nOutOfStock: 7",
    );
    check(
        "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    d['x']\n    ~^^^^^\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 5, in f\n    g()\nshop.errors.NotFound: x\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  File \"a.py\", line 9, in <module>\nSystemExit: 3",
    );
    check(
        "  + Exception Group Traceback (most recent call last):\n  |   File \"a.py\", line 2, in <module>\n  |     raise ExceptionGroup('two', [a, b])\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    |   File \"a.py\", line 1, in f\n    | ValueError: one\n    +------------------------------------",
    );
    check("  File \"a.py\", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax");
    check(
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    import b\n  File \"/srv/b.py\", line 3\n    x = = 3\n        ^\nSyntaxError: invalid syntax",
    );
    check("Traceback (most recent call last):\nKeyboardInterrupt");
}

#[test]
fn traces_of_go() {
    check(
        "panic: no stock\n\ngoroutine 1 [running]:\nmain.(*Shop).sell(0xc000012345, 0x7)\n\t/srv/shop.go:31 +0x1d\nmain.main()\n\t/srv/main.go:9 +0x25\n\ngoroutine 5 [chan receive, 3 minutes]:\nmain.work(...)\n\t/srv/work.go:3\ncreated by main.main in goroutine 1\n\t/srv/main.go:7 +0x3f\nexit status 2",
    );
    check(
        "panic: runtime error: index out of range [3] with length 2 [recovered]\n\tpanic: again\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f]\n\ngoroutine 7 [running]:\npanic({0x45cb40, 0x47ad70})\n\t/go/src/runtime/panic.go:770 +0x132\nnet/http.(*conn).serve(0xc0000a8000, {0x7, 0x8})\n\t/go/src/net/http/server.go:2092 +0x5e",
    );
    check(
        "panic: one\ntwo\n\nthree\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:9 +0x25",
    );
    check(
        "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [semacquire]:\nsync.runtime_Semacquire(0xc0000140a8)\n\t/go/src/runtime/sema.go:62 +0x25\n...additional frames elided...\ncreated by main.main\n\t/srv/main.go:3 +0x1",
    );
    check(
        "2026/11/20 09:00:00 http: panic serving 127.0.0.1:50312: no stock\ngoroutine 34 [running]:\nnet/http.(*conn).serve.func1()\n\t/go/src/net/http/server.go:1850 +0xb0\nmain.handler({0x7ff, 0xc0}, 0xc000)\n\t/srv/main.go:12 +0x2c",
    );
    check(
        "SIGQUIT: quit\nPC=0x46d3c1 m=0 sigcode=0\n\ngoroutine 0 [idle]:\nruntime.futex()\n\t/go/src/runtime/sys_linux_amd64.s:558 +0x21 fp=0x7ffc sp=0x7ffc pc=0x46d3c1\n\nrax    0xca\nrbx    0x0\nrcx    0x46d3c3",
    );
}

#[test]
fn traces_of_rust() {
    check(
        "thread 'main' panicked at src/main.rs:4:10:\ncalled `Option::unwrap()` on a `None` value\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    );
    check(
        "thread 'tokio-runtime-worker' (4711) panicked at src/shop.rs:88:5:\nassertion `left == right` failed: stock\n  left: 3\n right: 4\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/1/library/std/src/panicking.rs:665:5\n   1: shop::sell\n             at ./src/shop.rs:88:5\nnote: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.",
    );
    check(
        "thread 'main' panicked at 'no stock', src/main.rs:4:10\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    );
    check(
        "Error: cannot sell\n\nCaused by:\n    0: cannot read stock\n    1: No such file or directory (os error 2)\n\nStack backtrace:\n   0: anyhow::error::new\n             at /cargo/anyhow/src/error.rs:3\n   1: shop::main",
    );
}

#[test]
fn traces_of_javascript() {
    check(
        "TypeError: cart.total is not a function\n    at Shop.pay (/srv/shop.js:31:12)\n    at async main (file:///srv/index.mjs:3:1) {\n  code: 'E_CART',\n  [cause]: Error: empty\n      at f (/srv/a.js:1:1)\n}",
    );
    check(
        "/srv/index.js:10\n    throw new Error('no stock');\n    ^\n\nError: no stock\n    at Object.<anonymous> (/srv/index.js:10:11)\n    at node:internal/main/run_main_module:28:49\n\nNode.js v22.1.0",
    );
    check(
        "node:internal/modules/cjs/loader:1215\n  throw err;\n  ^\n\nError: Cannot find module 'shop'\nRequire stack:\n- /srv/index.js\n    at Module._load (node:internal/modules/cjs/loader:1075:27) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: [ '/srv/index.js' ]\n}\n\nNode.js v22.1.0",
    );
    check(
        "/srv/index.js:1\nthrow new RangeError('3');\n^\n\nRangeError: 3\n    at Object.<anonymous> (/srv/index.js:1:7)\n\nNode.js v20.9.0",
    );
    check("Uncaught (in promise) AxiosError: timeout\n    at e.exports (bundle.js:2:41)");
    check("Error\n    at f (<anonymous>:3:9)\n    at <anonymous>:6:4");
    check("(node:71) UnhandledPromiseRejectionWarning: Error: no\n    at f (/srv/a.js:1:1)");
}

#[test]
fn traces_of_ruby() {
    check(
        "shop.rb:18:in `sell': no stock (OutOfStock)\n\tfrom shop.rb:14:in `block in run'\n\tfrom shop.rb:3:in `<main>'",
    );
    check(
        "/srv/app.rb:3:in 'Shop#sell': undefined local variable or method 'x' for an instance of Shop (NameError)\n\n    x + 1\n    ^\nDid you mean?  y\n\tfrom /srv/app.rb:9:in '<main>'",
    );
    check(
        "ActionController::RoutingError (No route matches [GET] \"/cart\"):\n  \n  actionpack (7.1.0) lib/action_dispatch/middleware/debug_exceptions.rb:31:in `call'\n  railties (7.1.0) lib/rails/rack/logger.rb:40:in `call_app'",
    );
    check(
        "OutOfStock (no stock):\n  \napp/models/shop.rb:31:in `sell'\napp/controllers/carts_controller.rb:9:in `create'",
    );
    check(
        "Traceback (most recent call last):\n\t2: from shop.rb:9:in `<main>'\n\t1: from shop.rb:5:in `run'\nshop.rb:2:in `sell': no stock (OutOfStock)",
    );
}

#[test]
fn traces_of_dotnet() {
    check(
        "Unhandled exception. System.InvalidOperationException: no stock\n ---> System.IO.IOException: disk full\n   at Shop.Disk.Write() in /srv/Disk.cs:line 9\n   --- End of inner exception stack trace ---\n   at Shop.Program.Main(String[] args) in /srv/Program.cs:line 3",
    );
    check(
        "System.ArgumentNullException: Value cannot be null.\nParameter name: cart\n   at Shop.Cart.Total(Cart cart)\n--- End of stack trace from previous location ---\n   at Shop.Program.<Main>d__0.MoveNext()",
    );
    check(
        "Unhandled Exception:\nSystem.NullReferenceException: Object reference not set to an instance of an object\n  at Shop.Main () [0x00000] in <filename unknown>:0",
    );
}

#[test]
fn traces_of_php() {
    check(
        "PHP Fatal error:  Uncaught OutOfStock: no stock in /srv/shop.php:31\nStack trace:\n#0 /srv/index.php(3): sell()\n#1 {main}\n\nNext LogicException: cannot sell in /srv/shop.php:40\nStack trace:\n#0 /srv/index.php(9): run()\n#1 {main}\n  thrown in /srv/shop.php on line 40",
    );
    check(
        "exception 'Exception' with message 'no stock' in /srv/shop.php:5\nStack trace:\n#0 /srv/shop.php(9): sell(7)\n#1 /srv/shop.php(13): run()\n#2 {main}",
    );
    check(
        "PHP Fatal error:  Uncaught PDOException: SQLSTATE[42000]: syntax error near\nSELEC 1 in /srv/db.php:5\nStack trace:\n#0 {main}\n  thrown in /srv/db.php on line 5",
    );
}

#[test]
fn traces_of_dart() {
    check(
        "Unhandled exception:\nException: no stock\n#0      sell (file:///srv/shop.dart:42:3)\n#1      main (file:///srv/main.dart:7:1)\n<asynchronous suspension>\n#2      _startIsolate.<anonymous closure> (dart:isolate-patch/isolate_patch.dart:261)",
    );
    check(
        "Unhandled exception:\nInstance of 'OutOfStock'\n#0      main (file:///srv/main.dart:7:1)",
    );
    check(
        "Unhandled exception:\n'file:///srv/main.dart': malformed type: line 7 pos 3: type 'Shopp' is not loaded\n  Shopp s;\n  ^\n\n\n#0      _throwNew (dart:core-patch/errors_patch.dart:63)\n#1      main (file:///srv/main.dart:7:3)",
    );
    check(
        "Unhandled exception:\nNoSuchMethodError: The method 'sell' was called on null.\nReceiver: null\nTried calling: sell()\n#0      Object.noSuchMethod (dart:core-patch/object_patch.dart:51)\n#1      main (file:///srv/main.dart:7:3)",
    );
    check(
        "Unhandled exception:\nFormatException: Invalid radix-10 number (at character 3)\n12x7\n^\n\n#0      int._throw (dart:core-patch/integers_patch.dart:131)",
    );
}

#[test]
fn traces_of_elixir() {
    check(
        "** (RuntimeError) no stock\n    (shop 1.0.0) lib/shop.ex:31: Shop.sell/1\n    (elixir 1.17.0) lib/code.ex:573: Code.eval_string/3\nLast message: {:sell, 7}\nState: %{stock: 0}",
    );
}

#[test]
fn traces_of_native_code() {
    check(
        "=================================================================\n==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x4c bp 0x7f sp 0x7e\nREAD of size 4 at 0x602000000010 thread T0\n    #0 0x4c31 in sell /srv/shop.cc:31:3\n    #1 0x4c77 in main /srv/main.cc:7\n\n0x602000000010 is located 0 bytes inside of 4-byte region [0x602000000010,0x602000000014)\nfreed by thread T0 here:\n    #0 0x49b1 in free\n\npreviously allocated by thread T0 here:\n    #0 0x49d1 in malloc\n\nSUMMARY: AddressSanitizer: heap-use-after-free /srv/shop.cc:31:3 in sell\nShadow bytes around the buggy address:\n  0x0c047fff7fb0: 00 00 00 00\n=>0x0c047fff8000: fa fa[fd]fa\nShadow byte legend (one shadow byte represents 8 application bytes):\n  Addressable:           00\n==4711==ABORTING",
    );
    check(
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no stock\nAborted (core dumped)",
    );
    check(
        "Thread 1 received signal SIGSEGV, Segmentation fault.\n#0  0x000055d0 in sell (s=0x0) at shop.c:31\n#1  0x000055e1 in main () at main.c:7",
    );
    check(
        "caught signal 11\n./shop(sell+0x1f)[0x55d0c0ffee]\n/lib/x86_64-linux-gnu/libc.so.6(__libc_start_main+0xf3) [0x7f00c0ffee]",
    );
    check(
        "Fatal error: Index out of range: file shop.swift, line 3\nCurrent stack trace:\n0    libswiftCore.dylib                 0x00007fff2c4f2db0 _swift_stdlib_reportFatalErrorInFile + 128\n1    shop                               0x0000000100003f00 main + 40",
    );
    check(
        "*** Terminating app due to uncaught exception 'NSRangeException', reason: 'index 7 beyond bounds'\n*** First throw call stack:\n(\n\t0   CoreFoundation                      0x00007fff204fbd7e __exceptionPreprocess + 242\n)\nlibc++abi: terminating due to uncaught exception of type NSException",
    );
    check(
        "no stock at /srv/shop.pl line 31.\n\tmain::sell(7) called at /srv/shop.pl line 9\n\tmain::run() called at /srv/shop.pl line 3",
    );
}

#[test]
fn colours_above_a_trace_do_not_move_the_cut_into_it() {
    let coloured = "\x1b[2m2026-11-20T09:00:00.5Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mshop::Failure('spam', 'eggs')";
    let text = format!(
        "{PLAIN}\n{coloured}\nException: ('spam', 'eggs')\n{PLAIN}\nTraceback (most recent call last):\n  File \"base/data\n"
    );
    let mut clean = Vec::new();
    ansi::strip_into(text.as_bytes(), &mut clean);
    let clean = String::from_utf8(clean).unwrap();
    let whole = records(&clean);
    for seen in 0..=text.len() {
        let format = Arc::new(Format::of(FormatKind::Plain));
        let mut parser = Parser::new(format, Zone::new(TimeZone::UTC));
        if let Some(cut) = cut(&text.as_bytes()[..seen], &mut parser, 10_000) {
            let mut halves = Vec::new();
            for half in [text.get(..cut).unwrap(), text.get(cut..).unwrap()] {
                let mut clean = Vec::new();
                ansi::strip_into(half.as_bytes(), &mut clean);
                halves.extend(records(&String::from_utf8(clean).unwrap()));
            }
            assert_eq!(halves, whole, "cut at {cut}, seen {seen}");
        }
    }
}
