//! Door: network. A knowledge base of Bedrock: passages of documents that are near to some words.
//!
//! Knows its call, `Retrieve`, and what it refuses. Must not know why it is asked, nor what a passage means.

mod asked;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_bedrockagentruntime::Client;
use aws_sdk_bedrockagentruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockagentruntime::operation::retrieve::RetrieveError;
use aws_sdk_bedrockagentruntime::types::{
    KnowledgeBaseQuery, KnowledgeBaseRetrievalConfiguration, KnowledgeBaseRetrievalResult,
    KnowledgeBaseVectorSearchConfiguration, RetrievalResultLocation,
};
use firstlook_core::evidence::Redacted;
use firstlook_core::evidence::passages::{Answer, Passage};
use tokio::time::{Instant, sleep, timeout_at};

use super::Fault;
use super::api::one_line;
use super::cloudwatch_logs::refused;
use super::collect::guarded;
use super::quoted::shell;
use crate::aws::capped::Capped;
pub use asked::{Heard, applying, ask_all};

/// A longer answer breaks off.
const RESPONSE_BYTES: usize = 4 * 1024 * 1024;
/// How long it is waited before a request that came too fast is made again, once.
const PATIENCE: Duration = Duration::from_millis(500);
/// What firstlook must be allowed.
const RETRIEVE: &str = "bedrock:Retrieve";

/// A source of type `bedrock_knowledge_base`.
#[derive(Debug)]
pub struct KnowledgeBase {
    name: String,
    client: Client,
    id: String,
    most: u8,
}

impl KnowledgeBase {
    /// The knowledge base `id`, which gives at most `most` passages. `sdk` is [`crate::aws::config`]'s, `name` what people call
    /// the source.
    pub fn new(name: &str, sdk: &SdkConfig, id: &str, most: u8) -> Self {
        let config = aws_sdk_bedrockagentruntime::config::Builder::from(sdk)
            .interceptor(Capped(RESPONSE_BYTES))
            .build();
        Self { name: name.to_owned(), client: Client::from_conf(config), id: id.to_owned(), most }
    }

    /// The passages that are nearest to `question`, which is over when `deadline` is.
    ///
    /// # Errors
    /// When they could not be had in time.
    pub async fn ask(&self, question: &Redacted, deadline: Duration) -> Result<Answer, Fault> {
        // Its own words for a late answer come before the guard's.
        let until = Instant::now() + deadline.mul_f64(0.95);
        let passages =
            guarded(&self.name, deadline, Box::pin(self.retrieve(question.as_str(), self.most, until)))
                .await?;
        Ok(Answer { source: self.name.clone(), query: self.command(question), passages })
    }

    /// Asks once, for `check`.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn probe(&self, within: Duration) -> Result<String, Fault> {
        let found = self.retrieve("incident", 1, Instant::now() + within).await?;
        Ok(match found.is_empty() {
            true => "answers, and has no document".into(),
            false => "answers, and gives passages".into(),
        })
    }

    async fn retrieve(&self, question: &str, most: u8, until: Instant) -> Result<Vec<Passage>, Fault> {
        let query = KnowledgeBaseQuery::builder().text(question).build();
        let search =
            KnowledgeBaseVectorSearchConfiguration::builder().number_of_results(i32::from(most)).build();
        let how = KnowledgeBaseRetrievalConfiguration::builder().vector_search_configuration(search).build();
        let mut again = true;
        loop {
            let call = self.client.retrieve().knowledge_base_id(&self.id);
            let call = call.retrieval_query(query.clone()).retrieval_configuration(how.clone());
            match timeout_at(until, call.send()).await {
                Err(_) => return Err(Fault::timeout("the knowledge base gave no answer in time")),
                Ok(Ok(answer)) => {
                    return Ok(answer.retrieval_results().iter().take(usize::from(most)).map(read).collect());
                }
                Ok(Err(error)) if again && is_throttled(&error) && Instant::now() + PATIENCE < until => {
                    again = false;
                    sleep(PATIENCE).await;
                }
                Ok(Err(error)) => return Err(self.fault(&error)),
            }
        }
    }

    /// Why it gave nothing, and what to do.
    fn fault(&self, error: &SdkError<RetrieveError>) -> Fault {
        let code = error.code().unwrap_or_default();
        let words = one_line(error.message().unwrap_or_default());
        let (id, region) = (&self.id, self.region());
        match code {
            "ResourceNotFoundException" => Fault::configuration(
                format!("there is no knowledge base {id} in {region}"),
                "correct `knowledge_base_id` or `region` of this source",
            ),
            "ValidationException" => Fault::configuration(
                format!("Bedrock does not take the question to the knowledge base {id}: {words}"),
                "look at the knowledge base and its vector store in the console of Bedrock, and at `max_results` of this source",
            ),
            "ConflictException" => Fault::unavailable(
                format!("the knowledge base {id} is being changed: {words}"),
                "wait until it is active in the console of Bedrock: the next look asks it again",
            ),
            "DependencyFailedException" | "BadGatewayException" => Fault::unavailable(
                format!("what the knowledge base {id} needs does not answer it ({code}): {words}"),
                "look at its vector store and embedding model, and at what the role of the knowledge base may do",
            ),
            _ if is_throttled(error) => Fault::unavailable(
                format!("AWS answers {code} to {RETRIEVE}: too much is asked at once"),
                "raise the quota of Retrieve requests per second, or narrow `matchers` of this source",
            ),
            _ => refused::fault(error, RETRIEVE),
        }
    }

    fn region(&self) -> String {
        self.client.config().region().map(ToString::to_string).unwrap_or_default()
    }

    /// The command that asks the same, for a shell.
    fn command(&self, question: &Redacted) -> String {
        let query = serde_json::json!({ "text": question.as_str().trim_end() });
        let search = format!("vectorSearchConfiguration={{numberOfResults={}}}", self.most);
        format!(
            "aws bedrock-agent-runtime retrieve --region {} --knowledge-base-id {} --retrieval-query {} \
             --retrieval-configuration {}",
            self.region(),
            self.id,
            shell(&query.to_string()),
            shell(&search)
        )
    }
}

/// Whether the same call may be answered in a moment.
fn is_throttled(error: &SdkError<RetrieveError>) -> bool {
    matches!(error.code(), Some("ThrottlingException" | "ServiceQuotaExceededException"))
}

fn read(result: &KnowledgeBaseRetrievalResult) -> Passage {
    Passage {
        text: result.content().map(|content| content.text().to_owned()).unwrap_or_default(),
        uri: result.location().and_then(place).unwrap_or_default().to_owned(),
        score: result.score(),
    }
}

/// Where a document is, whatever it comes from.
fn place(location: &RetrievalResultLocation) -> Option<&str> {
    let s3 = location.s3_location().and_then(|one| one.uri());
    let web = location.web_location().and_then(|one| one.url());
    let confluence = location.confluence_location().and_then(|one| one.url());
    let salesforce = location.salesforce_location().and_then(|one| one.url());
    let sharepoint = location.share_point_location().and_then(|one| one.url());
    let kendra = location.kendra_document_location().and_then(|one| one.uri());
    let one_drive = location.one_drive_location().and_then(|one| one.url());
    let google_drive = location.google_drive_location().and_then(|one| one.url());
    let custom = location.custom_document_location().and_then(|one| one.id());
    let all = [s3, web, confluence, salesforce, sharepoint, kendra, one_drive, google_drive, custom];
    all.into_iter().flatten().next()
}
