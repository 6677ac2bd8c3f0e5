// What the tests and the pictures of the service page share.
#pragma once

#include "tests/support/portal_harness.h"

namespace slipway::test
{

// The nine checks as the fabric answers them; `failing` and `warning` name some by id.
v1::CommandReply swapReply(const std::vector<std::string> &failing = {},
                           const std::vector<std::string> &warning = {});
// The page of guestbook in a window.
views::PageFactory servicePages();
v1::MetricBatch sampleHistories(const std::vector<v1::Change> &state, int seconds);
// guestbook after a swap, as changes.
std::vector<v1::Change> swapped(const std::vector<v1::Change> &state);

} // namespace slipway::test
