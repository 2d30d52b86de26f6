//! What is read, and what becomes of it.

mod digest;
mod read;
