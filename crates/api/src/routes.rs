//! One list of handlers makes two things: the routes, at the start, and what the API's document says of them, when somebody
//! asks for it. Most servers are never asked, and the document is the larger of the two.

use axum::routing::{MethodFilter, MethodRouter};
use utoipa::{
    __dev::{SchemaReferences, Tags},
    Path,
    openapi::{Components, HttpMethod, OpenApi},
};

use crate::state::AppState;

/// Where the routes of the API begin.
pub(crate) const PREFIX: &str = "/api/v1";

/// What is done at one path.
pub(crate) struct Route {
    /// Without [`PREFIX`].
    pub(crate) path: String,
    /// Who answers.
    pub(crate) methods: MethodRouter<AppState>,
    /// Writes them into the document.
    pub(crate) describe: fn(&mut OpenApi),
}

/// `routes!(lists => read, change)`: handlers of a module that share a path and differ in their methods.
macro_rules! routes {
    ($($module:ident)::+ => $first:ident $(, $other:ident)*) => {{
        use $($module)::+ as module;
        pastey::paste! {
            $crate::routes::Route {
                path: <module::[<__path_ $first>] as utoipa::Path>::path(),
                methods: axum::routing::MethodRouter::new()
                    .on($crate::routes::filter::<module::[<__path_ $first>]>(), module::$first)
                    $(.on($crate::routes::filter::<module::[<__path_ $other>]>(), module::$other))*,
                describe: |document| {
                    $crate::routes::describe::<module::[<__path_ $first>]>(document);
                    $($crate::routes::describe::<module::[<__path_ $other>]>(document);)*
                },
            }
        }
    }};
}
pub(crate) use routes;

/// By which methods a handler is reached.
pub(crate) fn filter<P: Path>() -> MethodFilter {
    let methods = P::methods().into_iter().map(|method| match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    });
    methods.reduce(MethodFilter::or).unwrap_or(MethodFilter::GET)
}

/// Writes what a handler's documentation says into `document`, and the shapes that it speaks of.
pub(crate) fn describe<P>(document: &mut OpenApi)
where
    P: Path + SchemaReferences + for<'t> Tags<'t>,
{
    let mut operation = P::operation();
    operation.tags.get_or_insert_default().extend(P::tags().into_iter().map(str::to_owned));
    operation.tags = operation.tags.filter(|tags| !tags.is_empty());
    document.paths.add_path_operation(format!("{PREFIX}{}", P::path()), P::methods(), operation);
    let mut shapes = Vec::new();
    P::schemas(&mut shapes);
    document.components.get_or_insert_with(Components::default).schemas.extend(shapes);
}
