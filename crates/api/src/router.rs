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
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    csrf::SameSite,
    dashboard, document, headers, hooks, links,
    live::Hub,
    ops, reference,
    state::AppState,
    v1::{
        api_keys, approvals, assistants, campaigns, carrier_accounts, consents, contacts, conversations, drafts,
        events, imports, knowledge, lists, media, members, messages, numbers, phones, runs, sandbox, segments, session,
        setup, snippets, suppressions, teams, tenant, text, webhooks,
    },
};

/// The whole door.
pub fn router(app: AppState) -> Router {
    let (v1, document) = v1().split_for_parts();
    let document = document::complete(document);
    let reference = reference::page(&document);
    let json = document::to_json(&document);

    let api = v1
        .route("/api/openapi.json", get(move || reference::document(json.clone())))
        .route("/api/docs", get(move || reference::reference(reference.clone())))
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
    document::complete(v1().into_openapi())
}

fn v1() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().nest("/api/v1", OpenApiRouter::new().merge(house()).merge(day()))
}

/// Who may come in, and what connects us to the world.
fn house() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::read, session::sign_out))
        .routes(routes!(session::switch_tenant))
        .routes(routes!(session::change_password))
        .routes(routes!(setup::check, setup::set_up))
        .routes(routes!(tenant::read, tenant::change))
        .routes(routes!(members::list, members::add))
        .routes(routes!(members::change, members::remove))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::read, teams::change, teams::remove))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(carrier_accounts::list, carrier_accounts::create))
        .routes(routes!(carrier_accounts::read, carrier_accounts::change, carrier_accounts::remove))
        .routes(routes!(carrier_accounts::adoption::numbers))
        .routes(routes!(carrier_accounts::adoption::adopt))
        .routes(routes!(carrier_accounts::adoption::check))
        .routes(routes!(numbers::list, numbers::create))
        .routes(routes!(numbers::read, numbers::change, numbers::remove))
        .routes(routes!(numbers::check))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::read, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::replay))
        .routes(routes!(sandbox::read))
        .routes(routes!(sandbox::messages, sandbox::text))
        .routes(routes!(sandbox::faults, sandbox::set_faults))
}

/// The day's work: contacts, lists, segments, conversations, messages, drafts, media, assistants, text, live.
fn day() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(imports::list, imports::upload))
        .routes(routes!(imports::template))
        .routes(routes!(imports::read, imports::change))
        .routes(routes!(imports::check))
        .routes(routes!(imports::start))
        .routes(routes!(imports::cancel))
        .routes(routes!(imports::undo))
        .routes(routes!(imports::rejected))
        .routes(routes!(campaigns::list, campaigns::create))
        .routes(routes!(campaigns::read, campaigns::change, campaigns::remove))
        .routes(routes!(campaigns::check::start, campaigns::check::read))
        .routes(routes!(campaigns::preview::preview))
        .routes(routes!(campaigns::test::test))
        .routes(routes!(campaigns::launch))
        .routes(routes!(campaigns::undo))
        .routes(routes!(campaigns::approval::approve))
        .routes(routes!(campaigns::approval::refuse))
        .routes(routes!(campaigns::pause))
        .routes(routes!(campaigns::resume))
        .routes(routes!(campaigns::cancel))
        .routes(routes!(campaigns::history::list))
        .routes(routes!(campaigns::variants::figures))
        .routes(routes!(campaigns::retry::retry))
        .routes(routes!(campaigns::pace::read))
        .routes(routes!(campaigns::recipients::list))
        .routes(routes!(snippets::list, snippets::create))
        .routes(routes!(snippets::read, snippets::change, snippets::remove))
        .routes(routes!(campaigns::recipients::export::csv))
        .routes(routes!(campaigns::recipients::why::read))
        .routes(routes!(campaigns::outcomes::read))
        .routes(routes!(contacts::list, contacts::create))
        .routes(routes!(contacts::read, contacts::change))
        .routes(routes!(contacts::history))
        .routes(routes!(contacts::timeline))
        .routes(routes!(contacts::merge::duplicates))
        .routes(routes!(contacts::merge::merge))
        .routes(routes!(contacts::merge::unmerge))
        .routes(routes!(contacts::merge::merges))
        .routes(routes!(contacts::personal::export))
        .routes(routes!(contacts::personal::erase))
        .routes(routes!(contacts::addresses::add))
        .routes(routes!(contacts::addresses::change, contacts::addresses::remove))
        .routes(routes!(consents::list, consents::record))
        .routes(routes!(consents::request))
        .routes(routes!(suppressions::list, suppressions::add))
        .routes(routes!(suppressions::upload))
        .routes(routes!(suppressions::read))
        .routes(routes!(suppressions::remove))
        .routes(routes!(lists::list, lists::create))
        .routes(routes!(lists::read, lists::change, lists::remove))
        .routes(routes!(lists::contacts, lists::add))
        .routes(routes!(lists::take_off))
        .routes(routes!(segments::list, segments::create))
        .routes(routes!(segments::preview))
        .routes(routes!(segments::read, segments::change, segments::remove))
        .routes(routes!(segments::contacts))
        .routes(routes!(segments::why))
        .routes(routes!(conversations::list, conversations::start))
        .routes(routes!(conversations::read, conversations::change))
        .routes(routes!(conversations::set_guide))
        .routes(routes!(conversations::hand_off))
        .routes(routes!(conversations::mark_read))
        .routes(routes!(conversations::typing))
        .routes(routes!(messages::list, messages::reply))
        .routes(routes!(messages::note))
        .routes(routes!(messages::read))
        .routes(routes!(messages::cancel))
        .routes(routes!(messages::receipt))
        .routes(routes!(drafts::list))
        .routes(routes!(drafts::accept))
        .routes(routes!(drafts::reject))
        .routes(routes!(approvals::list_all))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::approve))
        .routes(routes!(approvals::reject))
        .routes(routes!(media::upload))
        .routes(routes!(media::read))
        .routes(routes!(media::read_by_carrier))
        .routes(routes!(assistants::list, assistants::create))
        .routes(routes!(assistants::read, assistants::change, assistants::remove))
        .routes(routes!(assistants::preview::preview))
        .routes(routes!(assistants::figures::read))
        .routes(routes!(assistants::versions::list))
        .routes(routes!(assistants::versions::read))
        .routes(routes!(assistants::versions::diff))
        .routes(routes!(assistants::versions::publish))
        .routes(routes!(assistants::cases::list, assistants::cases::create))
        .routes(routes!(assistants::cases::create_from_conversation))
        .routes(routes!(assistants::cases::read, assistants::cases::change, assistants::cases::remove))
        .routes(routes!(assistants::rehearsal::test))
        .routes(routes!(assistants::rehearsal::results))
        .routes(routes!(assistants::replays::start))
        .routes(routes!(assistants::replays::list))
        .routes(routes!(assistants::replays::read))
        .routes(routes!(assistants::replays::turns))
        .routes(routes!(assistants::replays::cancel))
        .routes(routes!(runs::list))
        .routes(routes!(runs::of_message))
        .routes(routes!(runs::of_draft))
        .routes(routes!(knowledge::of_assistant::list, knowledge::of_assistant::create))
        .routes(routes!(knowledge::of_assistant::change, knowledge::of_assistant::remove))
        .routes(routes!(knowledge::list, knowledge::create))
        .routes(routes!(knowledge::read, knowledge::change, knowledge::remove))
        .routes(routes!(knowledge::refetch))
        .routes(routes!(knowledge::chunks))
        .routes(routes!(knowledge::files::upload))
        .routes(routes!(knowledge::search::search))
        .routes(routes!(knowledge::settings::synonyms, knowledge::settings::set_synonyms))
        .routes(routes!(knowledge::settings::embedding, knowledge::settings::set_embedding))
        .routes(routes!(text::measure))
        .routes(routes!(phones::parse))
        .routes(routes!(events::stream))
        .routes(routes!(events::log))
        .layer(Extension(Arc::new(Hub::default())))
        .layer(Extension(Arc::new(campaigns::outcomes::Kept::default())))
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
