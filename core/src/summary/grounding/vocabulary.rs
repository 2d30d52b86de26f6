//! Words that a report of an incident has whatever the incident is: they name nobody and no place, no part of a system and
//! no cause, so that none of them has to stand in the evidence.
//!
//! Knows words. Must not know where in a sentence one stands. What is left out here is left out on purpose: people,
//! organisations, places, parts of systems, and whatever judges (`important`, `harmless`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::words::stem;

/// Times, amounts and courses; what monitoring is made of; what is said of any of these.
const WORDS: &str = "
    second minute hour day week month year moment time period window interval today yesterday tomorrow morning night evening
    noon midnight start end beginning begin middle half quarter third first last next previous past recent current early earlier
    late later latest newest oldest soon date timestamp clock ago once twice again new old same other another different
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october
    november december weekend weekday
    number count share rate ratio percent percentage percentile point fraction part portion proportion majority minority total sum
    average mean median maximum minimum max min peak level value figure amount size length duration range limit threshold baseline
    normal normally usual usually typical rest double triple increase decrease rise fall drop spike jump growth decline surge
    change difference gap trend course pace many much few several more most less least single only each every all both some any
    none whole entire full empty about around almost nearly roughly approximately exactly just over under high higher highest low
    lower lowest long longer longest short shorter large larger largest small smaller fast faster slow slower slowest unit times
    error failure fault exception warning request response call query transaction connection session timeout retry attempt try
    latency delay traffic load throughput operation execution run result answer reply output input data bytes byte size
    message event job task thread process server service system instance machine host database application app api
    log line pattern record entry sample trace span metric measure measurement series chart graph alarm alert incident episode
    occurrence appearance evidence item step runbook summary page notification report query check probe test
    deployment deploy release version build rollout rollback revision commit update upgrade configuration config setting parameter
    option variable flag code status state stack class method function type kind name label key value word text string quote
    endpoint path address port url http https tcp tls ssl certificate
    usage use utilization utilisation capacity consumption activity behaviour behavior performance availability
    cpu memory heap disk network storage
    utc gmt jst local zone clock time stamp
    it they them one ones this that these those there here which what who whom whose how why where when whether
    we our us you your i he she his her
    yes no not never nor neither still already yet even also too very quite rather then thus hence so therefore however meanwhile
    now currently
    affected failing failed broken degraded slow late missing wrong bad good unavailable available active idle waiting pending
    running stopped unhealthy healthy expired exhausted refused rejected closed open opened down up
    detail details beside besides together apart alone instead otherwise
    ";

/// What is done, in a report; a word that ends in `ed` counts as such without standing here.
const VERBS: &str = "
    is are was were be been being am has have had having do does did done can could will would shall should may might must
    rise rises rose risen fall falls fell fallen grow grows grew grown go goes went gone come comes came run runs ran
    see sees saw seen get gets got gotten give gives gave given take takes took taken make makes made keep keeps kept
    hit hits lose loses lost hold holds held begin begins began begun start starts stop stops end ends break breaks broke broken
    fail fails time times log logs say says said tell tells told show shows shown read reads write writes wrote written
    report reports answer answers return returns reply replies respond responds refuse refuses reject rejects deny denies
    send sends sent receive receives reach reaches exceed exceeds peak peaks climb climbs sink sinks sank shrink shrinks drop drops
    jump jumps spike spikes double doubles triple triples halve halves increase increases decrease decreases stay stays
    remain remains last lasts continue continues repeat repeats appear appears occur occurs happen happens become becomes became
    wait waits hang hangs hung retry retries crash crashes restart restarts die dies died leave leaves left lead leads led
    mean means meant contain contains hold match matches meet meets met cross crosses cause causes find finds found know knows
    need needs want wants use uses access accesses call calls ask asks serve serves process processes handle handles
    open opens close closes connect connects disconnect disconnects load loads store stores fetch fetches pull pulls push pushes
    throw throws threw thrown catch catches caught raise raises fire fires trigger triggers page pages scale scales roll rolls
    deploy deploys release releases change changes set sets put puts add adds remove removes delete deletes create creates
    change turn turns move moves shift pay pays paid count counts cost costs average averages vary varies equal equals
    exist exists stand stands stood sit sits sat lie lies lay belong belongs follow follows precede precedes coincide coincides
    differ differs dominate dominates account accounts affect affects consume consumes allocate allocates expire expires
    succeed succeeds complete completes finish finishes recover recovers resolve resolves
    ";

static KNOWN: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| WORDS.split_whitespace().chain(VERBS.split_whitespace()).map(stem).collect());
static DOES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| VERBS.split_whitespace().collect());

/// Whether a word with this stem names nothing that evidence would have to name.
pub(super) fn is_common(stem: &str) -> bool {
    KNOWN.contains(stem)
}

/// Whether a word says what somebody or something does.
pub(super) fn is_verb(word: &str) -> bool {
    DOES.contains(word) || word.len() > 4 && word.ends_with("ed")
}
