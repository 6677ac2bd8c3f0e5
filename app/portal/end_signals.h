// SIGTERM, SIGINT and SIGHUP as a call, on a thread of its own where nothing is forbidden. Only the
// first is caught: a second one ends the process at once.
#pragma once

#include <functional>
#include <memory>

namespace slipway::portal
{

class EndSignals
{
public:
    explicit EndSignals(std::function<void()> asked); // from the thread, at most once
    ~EndSignals();
    EndSignals(const EndSignals &) = delete;
    EndSignals &operator=(const EndSignals &) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::portal
