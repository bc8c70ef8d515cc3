//! Go's text/template and Sprig over nodes.
