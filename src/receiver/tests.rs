//! The receiver over a real loopback socket, spoken to by hand.
