//! Who selects, mounts, owns and waits for whom.
