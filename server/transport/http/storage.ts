import { readBudget } from "../../config-values.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { Policy } from "../../protocol/keep.ts";
import { parseDeleteQuery, parseStorageQuery } from "../../protocol/query.ts";
import {
  type AgedPreviewAnswer,
  type BudgetAnswer,
  decodeBudgetOrder,
  decodePolicies,
  type PoliciesAnswer,
  type StorageAnswer,
  type StoragePreviewAnswer,
} from "../../protocol/storage.ts";
import { seriesOf } from "./readings.ts";
import { type ApiRequest, type Handler, onlyParameters, principalOf } from "./route.ts";

/** `GET storage`: what the data takes, and its largest series. */
export const getStorage: Handler = async (request) => {
  const { context, query } = request;
  const { device, metric, sort, limit } = parseStorageQuery(query);
  const series = context.catalog.select(device, metric);
  const storage: StorageAnswer = await context.storage.list(series, sort, limit);
  if (principalOf(request).devices === undefined) return { json: storage };
  // Policies name devices that are not theirs.
  const seen = storage.series.map((one) => ({ ...one, policy: null }));
  return { json: { ...storage, policies: [], series: seen } satisfies StorageAnswer };
};

/** `GET storage/preview`: about what `DELETE readings` with the same query would take away. */
export const previewRemoval: Handler = async ({ context, query: parameters }) => {
  const query = parseDeleteQuery(parameters, context.clock.now());
  const series = seriesOf(query, context);
  const preview = await context.storage.preview(series, query.fromMs, query.toMs);
  return { json: preview satisfies StoragePreviewAnswer };
};

/** The policies of the body. Throws a `Refusal`. */
async function policiesOf({ context, query, body }: ApiRequest): Promise<Policy[]> {
  onlyParameters(query);
  const policies = decodePolicies((await body()).text, context.limits);
  if (policies instanceof Refusal) throw policies;
  return policies;
}

/** `GET storage/policies`: how long what is kept. */
export const getPolicies: Handler = async (request) => {
  const { context, query } = request;
  onlyParameters(query);
  const answer: PoliciesAnswer = await context.retention.list();
  return { json: principalOf(request).devices === undefined ? answer : { ...answer, policies: [] } };
};

/** `PUT storage/policies`: in the place of all that there were; what is older goes. */
export const putPolicies: Handler = async (request) => {
  const { retention, storage } = request.context;
  await retention.replace(await policiesOf(request));
  storage.forget();
  return { json: (await retention.list()) satisfies PoliciesAnswer };
};

/** `POST storage/preview`: about what would go by such policies. */
export const previewPolicies: Handler = async (request) => {
  const policies = await policiesOf(request);
  const release = request.context.answers.take();
  try {
    return { json: (await request.context.retention.preview(policies)) satisfies AgedPreviewAnswer };
  } finally {
    release();
  }
};

const leastBudgetBytes = 1_000_000;

/** `PUT storage/budget`: what the data may take. */
export const putBudget: Handler = async ({ context, query, body }) => {
  onlyParameters(query);
  const order = decodeBudgetOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const budget = readBudget(order.budget);
  if (
    budget === undefined ||
    (typeof budget === "number" && !(budget >= leastBudgetBytes && Number.isSafeInteger(budget)))
  ) {
    const shown = JSON.stringify(order.budget.toWellFormed());
    throw new Refusal(
      "invalid_value",
      `budget cannot be ${shown}: it takes auto, off, or a size of at least 1MB such as 500 MB or 2 GB`,
    );
  }
  const { budget: set, budgetSaid } = await context.storage.setBudget(budget);
  return { json: { budget: set, budgetSaid } satisfies BudgetAnswer };
};
