//! firstlook: the doors around [`firstlook_core`], and the hops that call it.

pub mod aws;
pub mod clock;
pub mod http;
pub mod models;
pub mod secret;
