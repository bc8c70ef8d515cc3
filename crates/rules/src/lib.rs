//! One file per thing worth telling a reviewer.
