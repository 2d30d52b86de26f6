//! What can be said of an SNS message without asking anybody: whose topic it is, where its certificate must lie, and
//! which text was signed.
//!
//! Knows AWS's names. Must not know certificates, nor fetch anything: nothing here trusts what a message says of itself.

mod place;
pub mod policy;
mod queue;
mod signed;
pub mod subscribed;
mod tokens;
mod topic;

pub use place::{certificate_at, certificate_name};
pub use queue::QueueUrl;
pub use signed::{Kind, Signed};
pub use tokens::without_tokens;
pub use topic::{Fault, TopicArn, TopicPattern};
