//! Weighs a change and decides which wave may take it.
