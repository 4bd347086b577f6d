import { elapsed } from "explorer/presenter.js";
import { same, test } from "tests/harness.js";

test("a lecture's time is read at a glance", () => {
  same([0, 7400, 65_000, 3_600_000, 3_729_000].map(elapsed), ["0:00", "0:07", "1:05", "1:00:00", "1:02:09"]);
});
