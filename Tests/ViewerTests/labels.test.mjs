import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutNamespaces } from "../../Sources/Viewer/model/labels.js";

test("drops namespaces from the left, and none inside of brackets", () => {
  assert.deepEqual(withoutNamespaces("std::vector<std::string>::push_back"), ["vector<std::string>::push_back", "push_back"]);
  assert.deepEqual(withoutNamespaces("(anonymous namespace)::f"), ["f"]);
  assert.deepEqual(withoutNamespaces("a::operator->"), ["operator->"]);
  assert.deepEqual(withoutNamespaces("plain"), []);
});
