// What a server sends with the official Node SDK of the current API.

const sdk = require("klaviyo-api");

const session = new sdk.ApiKeySession("pk_made0up0made0up0made0up0made0up0m");
const events = new sdk.EventsApi(session);
const profiles = new sdk.ProfilesApi(session);
events.basePath = profiles.basePath = process.argv[2];

const betty = { type: "profile", attributes: { email: "Betty@example.com", externalId: "b1" } };
const metric = { data: { type: "metric", attributes: { name: "Placed Order" } } };

async function send() {
  const attributes = { uniqueId: "order-1", properties: {}, metric, profile: { data: betty } };
  await events.createEvent({ data: { type: "event", attributes } });
  const changed = { email: "betty@new.example", externalId: "b1" };
  await profiles.createOrUpdateProfile({ data: { type: "profile", attributes: changed } });
  const form = {
    type: "profile",
    attributes: {
      email: "form@example.com",
      subscriptions: { email: { marketing: { consent: "SUBSCRIBED" } } },
    },
  };
  await profiles.bulkSubscribeProfiles({
    data: {
      type: "profile-subscription-bulk-create-job",
      attributes: { profiles: { data: [form] } },
      relationships: { list: { data: { type: "list", id: "LIST01" } } },
    },
  });
  const imported = [
    { type: "profile", attributes: { email: "one@example.com" } },
    { type: "profile", attributes: { externalId: "two" } },
  ];
  await profiles.bulkImportProfiles({
    data: { type: "profile-bulk-import-job", attributes: { profiles: { data: imported } } },
  });
}

send();
