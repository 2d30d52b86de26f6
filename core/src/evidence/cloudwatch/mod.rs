//! What is known of CloudWatch without asking it: where services write their logs, and where its console shows what.
//!
//! Knows names and addresses. Must not know the API.

pub mod console;
pub mod log_groups;
pub mod series;

/// Whether it is the name of a region, such as `eu-west-1`: others call other things a region.
pub fn is_region(text: &str) -> bool {
    let word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    let digit = |part: &str| part.len() == 1 && part.chars().all(|c| c.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [first, middle @ .., last] => {
            first.len() <= 4 && word(first) && !middle.is_empty() && middle.iter().all(word) && digit(last)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn regions_are_told_from_what_others_call_so() {
        for name in ["eu-west-1", "us-gov-east-1", "ap-southeast-7", "eusc-de-east-1"] {
            assert!(super::is_region(name), "{name}");
        }
        for name in ["", "eu", "europe-west1", "eu-west-1a", "eu-west-10x", "EU-west-1", "westeurope", "eu-1"]
        {
            assert!(!super::is_region(name), "{name}");
        }
    }
}
