//! Every route on one page.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tower::ServiceBuilder;
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use utoipa::openapi::OpenApi;

use crate::{
    csrf::SameSite,
    dashboard, document, headers, hooks, links,
    live::Hub,
    ops, reference,
    routes::{PREFIX, Route, routes},
    state::AppState,
    v1::{
        api_keys, approvals, assistants, campaigns, carrier_accounts, consents, contact_fields, contacts,
        conversations, drafts, enrolments, events, imports, knowledge, lists, media, members, messages, numbers,
        phones, reports, runs, sandbox, search, segments, session, setup, snippets, suppressions, teams, tenant, text,
        views, webhooks, workflows,
    },
};

/// The whole door.
pub fn router(app: AppState) -> Router {
    let api = v1()
        .route("/api/openapi.json", get(reference::document))
        .route("/api/docs", get(reference::reference))
        .route("/api/{*rest}", axum::routing::any(ops::no_such_route))
        .method_not_allowed_fallback(ops::no_such_method)
        .layer(DefaultBodyLimit::disable()) // every reader of a body has its own limit
        .layer(
            ServiceBuilder::new()
                .layer(CompressionLayer::new().compress_when(compressible()))
                .layer(middleware::from_fn(headers::private))
                .layer(SameSite::new(app.engine.public_url())),
        );

    let people = api.fallback(dashboard::serve).layer(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::new(headers::REQUEST_ID, MakeRequestUuid))
            .layer(
                TraceLayer::new_for_http()
                    .make_span_with(ops::span)
                    .on_request(())
                    .on_response(ops::Answered)
                    .on_failure(()),
            )
            .layer(PropagateRequestIdLayer::new(headers::REQUEST_ID))
            .layer(middleware::from_fn(headers::guards)),
    );

    // Carriers wait two seconds and come by the thousand: nothing stands between them and the engine.
    let machines = Router::new()
        .route("/hooks/telnyx/{account}", post(hooks::telnyx))
        .route("/hooks/telnyx/{account}/m/{message}", post(hooks::telnyx_message))
        .route("/l/{code}", get(links::follow))
        .route("/healthz", get(ops::healthz))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics));

    people.merge(machines).with_state(app)
}

/// The document of the API, as the routes themselves tell it.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = OpenApi::default();
    for route in house().into_iter().chain(day()) {
        (route.describe)(&mut document);
    }
    document::complete(document)
}

fn v1() -> Router<AppState> {
    let routes = house().into_iter().chain(day());
    let router = routes.fold(Router::new(), |router, route| router.route(&route.path, route.methods));
    let router = router
        .layer(Extension(Arc::new(Hub::default())))
        .layer(Extension(Arc::new(campaigns::outcomes::Kept::default())));
    Router::new().nest(PREFIX, router)
}

/// Who may come in, and what connects us to the world.
fn house() -> Vec<Route> {
    vec![
        routes!(session => sign_in, read, sign_out),
        routes!(session => switch_tenant),
        routes!(session => change_password),
        routes!(setup => check, set_up),
        routes!(tenant => read, change),
        routes!(members => list, add),
        routes!(members => change, remove),
        routes!(teams => list, create),
        routes!(teams => read, change, remove),
        routes!(api_keys => list, create),
        routes!(api_keys => revoke),
        routes!(carrier_accounts => list, create),
        routes!(carrier_accounts => read, change, remove),
        routes!(carrier_accounts::adoption => numbers),
        routes!(carrier_accounts::adoption => adopt),
        routes!(carrier_accounts::adoption => check),
        routes!(numbers => list, create),
        routes!(numbers => read, change, remove),
        routes!(numbers => check),
        routes!(webhooks => list, create),
        routes!(webhooks => read, change, remove),
        routes!(webhooks => deliveries),
        routes!(webhooks => replay),
        routes!(sandbox => read),
        routes!(sandbox => messages, text),
        routes!(sandbox => faults, set_faults),
    ]
}

/// The day's work: contacts, lists, segments, conversations, messages, drafts, media, assistants, text, live.
fn day() -> Vec<Route> {
    vec![
        routes!(imports => list, upload),
        routes!(imports => template),
        routes!(imports => read, change),
        routes!(imports => check),
        routes!(imports => start),
        routes!(imports => cancel),
        routes!(imports => undo),
        routes!(imports => rejected),
        routes!(reports::volume => read),
        routes!(reports::volume => csv),
        routes!(reports::deliverability => read),
        routes!(reports::deliverability => csv),
        routes!(reports::responses => read),
        routes!(reports::responses => csv),
        routes!(reports::assistants => read),
        routes!(reports::assistants => csv),
        routes!(reports::cost => read),
        routes!(reports::cost => csv),
        routes!(campaigns => list, create),
        routes!(campaigns => read, change, remove),
        routes!(campaigns::check => start, read),
        routes!(campaigns::preview => preview),
        routes!(campaigns::test => test),
        routes!(campaigns => launch),
        routes!(campaigns => undo),
        routes!(campaigns::approval => approve),
        routes!(campaigns::approval => refuse),
        routes!(campaigns => pause),
        routes!(campaigns => resume),
        routes!(campaigns => cancel),
        routes!(campaigns::history => list),
        routes!(campaigns::variants => figures),
        routes!(campaigns::retry => retry),
        routes!(campaigns::pace => read),
        routes!(campaigns::recipients => list),
        routes!(views => list, create),
        routes!(views => read, change, remove),
        routes!(snippets => list, create),
        routes!(snippets => read, change, remove),
        routes!(campaigns::recipients::export => csv),
        routes!(campaigns::recipients::why => read),
        routes!(campaigns::outcomes => read),
        routes!(contacts => list),
        routes!(contacts::create => create),
        routes!(contacts => read),
        routes!(contacts::change => change),
        routes!(contact_fields => list, create),
        routes!(contact_fields => read, change),
        routes!(contacts::tags => list),
        routes!(contacts => history),
        routes!(contacts => timeline),
        routes!(contacts::merge => duplicates),
        routes!(contacts::merge => merge),
        routes!(contacts::merge => unmerge),
        routes!(contacts::merge => merges),
        routes!(contacts::personal => export),
        routes!(contacts::personal => erase),
        routes!(contacts::addresses => add),
        routes!(contacts::addresses => change, remove),
        routes!(consents => list, record),
        routes!(consents => request),
        routes!(suppressions => list, add),
        routes!(suppressions => upload),
        routes!(suppressions => read),
        routes!(suppressions => remove),
        routes!(lists => list, create),
        routes!(lists => read, change, remove),
        routes!(lists => contacts, add),
        routes!(lists => take_off),
        routes!(segments => list, create),
        routes!(segments => preview),
        routes!(segments => read, change, remove),
        routes!(segments => contacts),
        routes!(segments => why),
        routes!(enrolments => list),
        routes!(enrolments => enter),
        routes!(enrolments => read),
        routes!(enrolments::trace => trace),
        routes!(enrolments => pause),
        routes!(enrolments => resume),
        routes!(enrolments => cancel),
        routes!(enrolments => retry),
        routes!(enrolments::funnel => funnel),
        routes!(enrolments::files => funnel_csv),
        routes!(enrolments::files => enrolments_csv),
        routes!(enrolments::migrate => migrate),
        routes!(enrolments::again => retry_all),
        routes!(enrolments::selections => list, start),
        routes!(enrolments::selections => read),
        routes!(enrolments::selections => cancel),
        routes!(conversations => list, start),
        routes!(conversations::counts => read),
        routes!(conversations => read, change),
        routes!(conversations => set_guide),
        routes!(conversations => hand_off),
        routes!(conversations => mark_read),
        routes!(conversations => typing),
        routes!(messages => list, reply),
        routes!(messages => note),
        routes!(messages => read),
        routes!(messages => cancel),
        routes!(messages => receipt),
        routes!(drafts => list),
        routes!(drafts => accept),
        routes!(drafts => reject),
        routes!(approvals => list_all),
        routes!(approvals => list),
        routes!(approvals => approve),
        routes!(approvals => reject),
        routes!(media => upload),
        routes!(media => read),
        routes!(media => read_by_carrier),
        routes!(assistants => list, create),
        routes!(assistants => read, change, remove),
        routes!(assistants::preview => preview),
        routes!(assistants::figures => read),
        routes!(assistants::versions => list),
        routes!(assistants::versions => read),
        routes!(assistants::versions => diff),
        routes!(assistants::versions => publish),
        routes!(assistants::cases => list, create),
        routes!(assistants::cases => create_from_conversation),
        routes!(assistants::cases => read, change, remove),
        routes!(assistants::rehearsal => test),
        routes!(assistants::rehearsal => results),
        routes!(assistants::replays => start),
        routes!(assistants::replays => list),
        routes!(assistants::replays => read),
        routes!(assistants::replays => turns),
        routes!(assistants::replays => cancel),
        routes!(runs => list),
        routes!(runs => of_message),
        routes!(runs => of_draft),
        routes!(knowledge::of_assistant => list, create),
        routes!(knowledge::of_assistant => change, remove),
        routes!(knowledge => list, create),
        routes!(knowledge => read, change, remove),
        routes!(knowledge => refetch),
        routes!(knowledge => chunks),
        routes!(knowledge::files => upload),
        routes!(knowledge::search => search),
        routes!(knowledge::settings => synonyms, set_synonyms),
        routes!(knowledge::settings => embedding, set_embedding),
        routes!(workflows => list, create),
        routes!(workflows => read, remove),
        routes!(workflows::draft => save),
        routes!(workflows::check => check),
        routes!(workflows::described => from_text),
        routes!(workflows::publish => publish),
        routes!(workflows::versions => list),
        routes!(workflows::versions => read),
        routes!(workflows::versions => diff),
        routes!(workflows => pause),
        routes!(workflows => resume),
        routes!(workflows => archive),
        routes!(workflows => restore),
        routes!(workflows => duplicate),
        routes!(workflows::files => export),
        routes!(workflows::files => import),
        routes!(workflows::gallery => gallery),
        routes!(workflows::gallery => schema),
        routes!(workflows::simulate => simulate),
        routes!(workflows::crowd => walk),
        routes!(workflows::secrets => list),
        routes!(workflows::secrets => set, remove),
        routes!(text => measure),
        routes!(phones => parse),
        routes!(search => search),
        routes!(events => stream),
        routes!(events => log),
    ]
}

/// What is worth compressing. A live stream is not: a compressor would hold its events back.
fn compressible() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::new("text/event-stream"))
        .and(NotForContentType::new("image/"))
        .and(NotForContentType::new("video/"))
        .and(NotForContentType::new("audio/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_how_it_fails_and_who_may_call_it() {
        let document = openapi();
        for (path, item) in &document.paths.paths {
            for operation in [&item.get, &item.post, &item.put, &item.patch, &item.delete].into_iter().flatten() {
                assert!(operation.responses.responses.contains_key("default"), "{path}");
                assert!(operation.summary.is_some(), "{path} has no summary");
            }
        }
    }

    #[test]
    fn no_two_operations_share_an_id() {
        let document = openapi();
        let mut seen = std::collections::BTreeSet::new();
        for (path, item) in &document.paths.paths {
            for operation in [&item.get, &item.post, &item.put, &item.patch, &item.delete].into_iter().flatten() {
                let id = operation.operation_id.clone().unwrap();
                assert!(seen.insert(id.clone()), "{path}: {id}");
            }
        }
    }
}
