//! Door: network. Bounds what is read of an answer of AWS.

use aws_sdk_sns::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_sns::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sns::error::BoxError;
use aws_smithy_types::body::SdkBody;
use http_body_util::Limited;

/// Reads no more than so many bytes of a response.
#[derive(Debug)]
pub struct Capped(pub usize);

impl Intercept for Capped {
    fn name(&self) -> &'static str {
        "Capped"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, self.0));
        Ok(())
    }
}
