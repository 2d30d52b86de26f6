//! Door: network. Calls of a service in JSON over REST, signed and sent by the SDK's own runtime, without a client that is
//! generated for it: such a client weighs megabytes, whichever of its hundreds of calls is made.
//!
//! Knows how a call is signed, where a service is, and how it says no. Must not know what is asked, nor what an answer means.

use aws_config::SdkConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_sdk_xray::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use aws_types::service_config::ServiceConfigKey;
use futures_util::FutureExt;
use serde_json::Value;

use super::capped::Capped;

/// Who calls.
const AGENT: &str = concat!("firstlook/", env!("CARGO_PKG_VERSION"));
/// The service whose addresses the SDK knows here: those of others differ in the name alone.
const NEIGHBOUR: &str = "xray";

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// What its host begins with, and what is signed for: `securityhub`.
    pub name: &'static str,
    /// What `AWS_ENDPOINT_URL_…` calls it, and its profile's section: `SecurityHub`.
    pub id: &'static str,
}

/// One of its calls. Each names the IAM action that allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    action: &'static str,
    method: &'static str,
}

impl Call {
    /// A call that takes what it asks from its path.
    pub const fn get(action: &'static str) -> Self {
        Self { action, method: "GET" }
    }

    /// A call with a body.
    pub const fn post(action: &'static str) -> Self {
        Self { action, method: "POST" }
    }

    /// Such as `securityhub:GetFindings`.
    pub const fn action(&self) -> &'static str {
        self.action
    }
}

/// What is sent.
#[derive(Debug)]
struct Asked {
    method: &'static str,
    path: String,
    body: Option<String>,
}

/// Why a service does not do it: its code and its words.
#[derive(Debug)]
pub struct Refused(ErrorMetadata);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.code().unwrap_or("an error"))
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// What a call comes to.
pub type Failed = SdkError<Refused, HttpResponse>;

/// A service that can be called.
#[derive(Debug)]
pub struct Plain {
    region: Option<Region>,
    /// None where the region is not known.
    operation: Option<Operation<Asked, Value, Refused>>,
}

impl Plain {
    /// Of the region and the credentials of `sdk`, which is [`crate::aws::config`]'s. An answer of more than `most` bytes
    /// breaks off.
    pub fn new(sdk: &SdkConfig, service: Service, most: usize) -> Self {
        let region = sdk.region().cloned();
        let operation = region.as_ref().and_then(|region| {
            let endpoint = own_endpoint(sdk, service).or_else(|| endpoint(sdk, service, region))?;
            operation(sdk, service, region, &endpoint, most)
        });
        Self { region, operation }
    }

    /// Where it is; empty where that is not known.
    pub fn region(&self) -> &str {
        self.region.as_ref().map_or("", AsRef::as_ref)
    }

    /// Makes `call` of `path`, which is percent-encoded.
    ///
    /// # Errors
    /// When it is not answered, or refused.
    pub async fn ask(&self, call: Call, path: &str, body: Option<&Value>) -> Result<Value, Failed> {
        let Some(operation) = &self.operation else {
            return Err(SdkError::construction_failure("no region is known"));
        };
        let body = body.map(Value::to_string);
        Box::pin(operation.invoke(Asked { method: call.method, path: path.to_owned(), body })).await
    }
}

/// The configured address: of the source, of the service, or of all services, in the SDK's order.
fn own_endpoint(sdk: &SdkConfig, service: Service) -> Option<String> {
    let general = || sdk.endpoint_url().map(str::to_owned);
    if sdk.get_origin("endpoint_url").is_client_config() {
        return general();
    }
    let key = ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL");
    let key = key.profile("endpoint_url").build().ok();
    let own = key.zip(sdk.service_config()).and_then(|(key, conf)| conf.load_config(key));
    own.or_else(general)
}

/// AWS's address of a service, as the SDK's tables of partitions have it, with FIPS and dual stack where those are wanted.
fn endpoint(sdk: &SdkConfig, service: Service, region: &Region) -> Option<String> {
    let params = Params::builder()
        .region(region.as_ref())
        .use_fips(sdk.use_fips().unwrap_or_default())
        .use_dual_stack(sdk.use_dual_stack().unwrap_or_default());
    let resolver = DefaultResolver::new();
    let params = params.build().ok()?;
    let known = resolver.resolve_endpoint(&params).now_or_never()?.ok()?;
    let rest = known.url().strip_prefix("https://")?.strip_prefix(NEIGHBOUR)?;
    Some(format!("https://{}{rest}", service.name))
}

fn operation(
    sdk: &SdkConfig,
    service: Service,
    region: &Region,
    endpoint: &str,
    most: usize,
) -> Option<Operation<Asked, Value, Refused>> {
    let mut layer = Layer::new("plain");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig::default());
    layer.store_put(SigningName::from(service.name));
    layer.store_put(SigningRegion::from(region.clone()));
    let mut parts = RuntimeComponentsBuilder::new("plain");
    let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    parts.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)));
    parts.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    if let Some(credentials) = sdk.credentials_provider() {
        parts.set_identity_resolver(SCHEME_ID, credentials);
    }
    if sdk.identity_cache().is_some() {
        parts.set_identity_cache(sdk.identity_cache());
    }
    parts.set_sleep_impl(sdk.sleep_impl());
    parts.set_time_source(sdk.time_source());
    let mut builder = Operation::builder()
        .service_name(service.name)
        .operation_name("call")
        .http_client(sdk.http_client()?)
        .endpoint_url(endpoint)
        .no_retry()
        .interceptor(Capped(most))
        .runtime_plugin(
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(parts),
        );
    if let Some(version) = sdk.behavior_version() {
        builder = builder.behavior_version(version);
    }
    if let Some(timeouts) = sdk.timeout_config() {
        builder = builder.timeout_config(timeouts.clone());
    }
    if let Some(protection) = sdk.stalled_stream_protection() {
        builder = builder.stalled_stream_protection(protection);
    }
    Some(builder.serializer(write).deserializer(read).build())
}

fn write(asked: Asked) -> Result<HttpRequest, BoxError> {
    let body = asked.body.unwrap_or_default();
    let mut headers = vec![("user-agent", AGENT.to_owned())];
    if !body.is_empty() {
        headers.extend([
            ("content-type", "application/json".to_owned()),
            ("content-length", body.len().to_string()),
        ]);
    }
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(asked.method)?;
    request.set_uri(asked.path)?;
    for (name, value) in headers {
        request.headers_mut().try_insert(name, value)?;
    }
    Ok(request)
}

fn read(response: &HttpResponse) -> Result<Value, OrchestratorError<Refused>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return serde_json::from_slice(body).map_err(OrchestratorError::other);
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: &[&str]| names.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
    let code = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let mut said = ErrorMetadata::builder();
    if let Some(code) = code.or_else(|| text(&["code", "Code", "__type"])) {
        said = said.code(bare(&code));
    }
    if let Some(words) = text(&["message", "Message", "errorMessage"]) {
        said = said.message(words);
    }
    Err(OrchestratorError::operation(Refused(said.build())))
}

/// A code without its namespace and the address behind it.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: Service = Service { name: "securityhub", id: "SecurityHub" };

    fn address(region: &'static str, fips: bool, dual: bool) -> Option<String> {
        let sdk = SdkConfig::builder().use_fips(fips).use_dual_stack(dual).build();
        endpoint(&sdk, HUB, &Region::from_static(region))
    }

    #[test]
    fn each_partition_has_its_addresses() {
        for (region, fips, dual, host) in [
            ("eu-west-1", false, false, "securityhub.eu-west-1.amazonaws.com"),
            ("us-east-1", true, false, "securityhub-fips.us-east-1.amazonaws.com"),
            ("us-east-1", true, true, "securityhub-fips.us-east-1.api.aws"),
            ("us-gov-west-1", false, false, "securityhub.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", false, false, "securityhub.cn-north-1.amazonaws.com.cn"),
            ("cn-northwest-1", false, true, "securityhub.cn-northwest-1.api.amazonwebservices.com.cn"),
            ("us-iso-east-1", false, false, "securityhub.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", false, false, "securityhub.us-isob-east-1.sc2s.sgov.gov"),
            ("eusc-de-east-1", false, false, "securityhub.eusc-de-east-1.amazonaws.eu"),
            ("xx-new-9", false, false, "securityhub.xx-new-9.amazonaws.com"),
        ] {
            assert_eq!(
                address(region, fips, dual),
                Some(format!("https://{host}")),
                "{region} {fips} {dual}"
            );
        }
    }

    #[test]
    fn a_configured_address_goes_before_aws_own() {
        let sdk = SdkConfig::builder().endpoint_url("http://127.0.0.1:1").build();
        assert_eq!(own_endpoint(&sdk, HUB).as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(own_endpoint(&SdkConfig::builder().build(), HUB), None);
    }

    fn refusal(header: Option<&'static str>, body: &'static str) -> (Option<String>, Option<String>) {
        let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body));
        if let Some(header) = header {
            response.headers_mut().insert("x-amzn-errortype", header);
        }
        match read(&response).unwrap_err().as_operation_error() {
            Some(said) => (said.code().map(str::to_owned), said.message().map(str::to_owned)),
            None => (None, None),
        }
    }

    #[test]
    fn a_refusal_has_its_code_from_wherever_it_stands() {
        for (header, body, code, words) in [
            (Some("A:http://internal.amazon.com/coral/"), r#"{"__type": "B", "message": "no"}"#, "A", "no"),
            (None, r#"{"__type": "com.amazonaws.x#B", "Message": "no"}"#, "B", "no"),
            (None, r#"{"Code": "C", "__type": "B", "message": "no"}"#, "C", "no"),
            (None, r#"{"code": "D", "message": "no"}"#, "D", "no"),
        ] {
            let said = refusal(header, body);
            assert_eq!(said, (Some(code.to_owned()), Some(words.to_owned())), "{header:?} {body}");
        }
        for odd in ["", "<html>", "[]", r#"{"code": 7}"#] {
            assert_eq!(refusal(None, odd), (None, None), "{odd}");
        }
    }

    #[tokio::test]
    async fn without_a_region_nothing_is_sent() {
        let plain = Plain::new(&SdkConfig::builder().endpoint_url("http://127.0.0.1:1").build(), HUB, 10);
        let asked = plain.ask(Call::get("securityhub:GetFindings"), "/", None).await;
        assert!(matches!(asked, Err(SdkError::ConstructionFailure(_))), "{asked:?}");
    }
}
