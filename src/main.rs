//! The binary: builds the world and runs the library in it.

fn main() {}
