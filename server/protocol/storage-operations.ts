/** What can be asked and said of the room that the data takes: a part of the table of operations. */
import { deleteFields, storageQuery } from "./query.ts";
import {
  agedPreviewAnswer,
  budgetAnswer,
  budgetOrder,
  policiesAnswer,
  policiesOrder,
  storageAnswer,
  storagePreviewAnswer,
} from "./storage.ts";

const api = "/api/v1";
const listErrors = ["invalid_query", "unknown_field"] as const;
const bodyErrors = [
  "invalid_name",
  "invalid_json",
  "invalid_message",
  "invalid_value",
  "too_deep",
  "frame_too_large",
] as const;

export const storageOperations = {
  getStorage: {
    action: "status",
    method: "GET",
    path: `${api}/storage`,
    summary: "What the data takes on the disk: all together, against its budget, and its largest series",
    query: storageQuery,
    answers: { 200: storageAnswer },
    errors: [...listErrors, "store_unavailable"],
  },
  previewRemoval: {
    action: "status",
    method: "GET",
    path: `${api}/storage/preview`,
    summary: "About what DELETE readings with the same query would take away, and what would become free",
    query: deleteFields,
    answers: { 200: storagePreviewAnswer },
    errors: [...listErrors, "unknown_device", "unknown_series", "store_unavailable"],
  },
  previewPolicies: {
    action: "settings",
    changesNothing: true,
    method: "POST",
    path: `${api}/storage/preview`,
    summary: "About what would go now by these policies, were they put in the place of those there are",
    body: policiesOrder,
    answers: { 200: agedPreviewAnswer },
    errors: [...bodyErrors, "unknown_field", "store_unavailable", "rate_limited"],
  },
  getPolicies: {
    action: "status",
    method: "GET",
    path: `${api}/storage/policies`,
    summary: "How long what is kept, in order: the first policy that matches a series counts for it",
    answers: { 200: policiesAnswer },
    errors: ["unknown_field", "store_unavailable"],
  },
  putPolicies: {
    action: "settings",
    method: "PUT",
    path: `${api}/storage/policies`,
    summary:
      "Say how long what is kept, in the place of all that was said before; what is older goes at once. Ages are judged by device time: imported years go as soon as they are compressed",
    body: policiesOrder,
    answers: { 200: policiesAnswer },
    errors: [...bodyErrors, "store_unavailable", "storage_full", "unknown_field"],
  },
  putBudget: {
    action: "settings",
    method: "PUT",
    path: `${api}/storage/budget`,
    summary: "Say what the data may take; a conflict where --budget was given, which wins",
    body: budgetOrder,
    answers: { 200: budgetAnswer },
    errors: [...bodyErrors, "store_unavailable", "storage_full", "unknown_field", "conflict"],
  },
} as const;
