//! The house's rules (docs/architecture.md), each as a test.
