//! Whether a request that changes something comes from our own pages (FAULTS S6).

use actix_web::HttpRequest;
use actix_web::http::header;

/// True where no browser sent it (neither `Origin` nor `Sec-Fetch-Site`), or where the browser says that it comes from
/// a page of `external_url`. Browsers send `Origin` with every POST, and no script can forge it.
pub fn allowed(request: &HttpRequest, external_url: &str) -> bool {
    let word = |name: &str| request.headers().get(name).map(|value| value.as_bytes().to_vec());
    match (word(header::ORIGIN.as_str()), word("sec-fetch-site")) {
        (Some(origin), _) => origin == origin_of(external_url).as_bytes(),
        (None, Some(site)) => site == b"same-origin",
        (None, None) => true,
    }
}

/// `https://host:port` of a URL.
fn origin_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let default = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    format!("{scheme}://{}", host.strip_suffix(default).unwrap_or(host)).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_our_own_pages_and_no_browser_at_all() {
        let cases = [
            (vec![], true),
            (vec![("origin", "https://fl.example.com")], true),
            (vec![("origin", "https://fl.example.com:8443")], false),
            (vec![("origin", "http://fl.example.com")], false),
            (vec![("origin", "https://evil.example.com")], false),
            (vec![("origin", "null")], false),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
        ];
        for (headers, expected) in cases {
            let mut request = TestRequest::post();
            for header in &headers {
                request = request.insert_header(*header);
            }
            let request = request.to_http_request();
            assert_eq!(allowed(&request, "https://FL.example.com:443/x"), expected, "{headers:?}");
        }
    }
}
