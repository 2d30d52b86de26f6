//! firstlook: the doors around [`firstlook_core`], and the hops that call it.

pub mod clock;
pub mod http;
pub mod receivers;
pub mod secret;
