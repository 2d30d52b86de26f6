//! What is told, word by word: the incident as people see it, and the messages made from it.
//!
//! Knows every earlier stage. Must not know sockets or the clock.

mod analysis;
mod assemble;
pub mod backoff;
pub mod chart;
pub mod declare;
mod facts;
mod figures;
mod first;
pub mod graph;
mod lock;
mod pagerduty;
pub mod rate;
mod routing;
pub mod samples;
mod slack;
pub mod storm;
pub mod templates;
mod text;
pub mod view;
mod webhook;
mod words;
mod zone;

#[cfg(test)]
mod languages;

pub use analysis::{analysis_file_title, analysis_markdown};
pub use assemble::{Parts, Told, assemble};
pub use facts::{left_to_analysis, nothing_told, ran, step_of};
pub use first::do_first;
pub use pagerduty::{
    NoteOf, dedup_key, first_line as note_line, pagerduty_acknowledge, pagerduty_change, pagerduty_note,
    pagerduty_resolve, pagerduty_storm, pagerduty_trigger, pagerduty_without_store, storm_key,
};
pub use routing::{Escalated, Node, Routing, Walk, explain};
pub use slack::{
    Answers, Buttons, Choice, Command, DeclareForm, DeclareSubmission, DeedSubmission, DeedWanted,
    DigestLine, Event, Form, FormFault, FormKind, Modal, Offering, Offers, Pointed, Posted, Press,
    Submission, Under, Wanted, acknowledged_line, again_line, all_findings, analysis_post, analysis_update,
    bears, command, days_of, declare_fault, declare_refused, declared_line, digest_line, form_needs_a_bot,
    form_no_way, form_not_kept, in_slack, incoming_digest, incoming_storm, incoming_webhook, keyed, modal,
    offering, pointed, press, resolved_line, services_of, slack_already, slack_declare_form,
    slack_declared_before, slack_declaring_again, slack_digest, slack_dismiss, slack_done, slack_event,
    slack_findings_form, slack_form, slack_form_faults, slack_form_taken, slack_help, slack_insight_form,
    slack_no_declare_form, slack_not_done, slack_nothing_to_judge, slack_offer, slack_offering, slack_open,
    slack_post, slack_post_again, slack_resolve_form, slack_show, slack_silence_form, slack_silenced,
    slack_storm, slack_storm_taken, slack_storm_update, slack_unknown, slack_update, slack_why,
};
pub use webhook::webhook_body;
pub use words::{Again, actor as person, flapping, no_incident};
pub use zone::{Local, Zone};
