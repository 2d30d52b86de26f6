//! Door: network. What every AWS client shares: ring's TLS, bounded connects, credentials from the default chain.
//!
//! Knows how the SDK is set up. Must not know any service.

pub mod capped;
pub mod plain;
pub mod refusal;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sns::config::ProvideCredentials;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// The SDK's configuration. Credentials come from the environment, the profile files, a web identity token, ECS or EC2, in
/// the SDK's order. The SDK's own retries are off: who calls decides whether an answer is worth waiting for.
pub async fn config(region: Option<&str>, endpoint_url: Option<&str>) -> SdkConfig {
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).build())
        // A model may think for half a minute before its first byte; deadlines are the caller's.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(url) = endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader.load().await
}

/// Whether the default chain has credentials now, looked for during `within` at most.
pub async fn has_credentials(sdk: &SdkConfig, within: Duration) -> bool {
    let Some(provider) = sdk.credentials_provider() else { return false };
    matches!(tokio::time::timeout(within, provider.provide_credentials()).await, Ok(Ok(_)))
}
