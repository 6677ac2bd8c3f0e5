// What targets need that feed a fabric's machine: a clock that stands still, a store, and a state
// with a package in it.
#pragma once

#include "backend/core/core.h"
#include "backend/store/store.h"
#include "backend/sys/clock.h"
#include "tests/fuzz/support/fuzz_home.h"

#include <cstdlib>
#include <memory>
#include <string>

namespace slipway::fuzz
{

class StillClock final : public sys::Clock
{
public:
    std::int64_t wallMs() const override { return now_ms; }
    std::int64_t steadyMs() const override { return now_ms; }
    std::int64_t bootMs() const override { return now_ms; }
    std::int64_t now_ms = 1'800'000'000'000;
};

// One for all inputs of a target, so that each of them is quick.
inline store::Store &emptyStore(const std::string &name)
{
    static const FuzzHome home(name);
    static const std::unique_ptr<store::Store> opened = [] {
        auto store = store::Store::open(home.folder() / "fabric.db");
        if (!store)
            std::abort();
        return std::move(*store);
    }();
    return *opened;
}

// A package to deploy, so that commands lead somewhere.
inline v1::Package samplePackage()
{
    v1::Package package;
    package.set_digest("sha256:" + std::string(64, 'a'));
    package.set_file_name("a.cspkg");
    package.mutable_definition()->set_name("Sample");
    package.mutable_definition()->set_upgrade_domain_count(5);
    v1::RoleDefinition &role = *package.mutable_definition()->add_roles();
    role.set_name("Web");
    role.set_kind(v1::RoleDefinition::WEB);
    role.set_size("Small");
    v1::Endpoint &endpoint = *role.add_endpoints();
    endpoint.set_name("Http");
    endpoint.set_kind(v1::Endpoint::INPUT);
    endpoint.set_protocol(v1::HTTP);
    endpoint.set_port(80);
    return package;
}

inline core::State firstState()
{
    core::State state;
    v1::Change settings;
    settings.set_revision(1);
    *settings.mutable_settings() = core::defaultSettings("12345678", "127.77.3");
    core::restore(state, settings);
    v1::Change package;
    package.set_revision(1);
    *package.mutable_package() = samplePackage();
    core::restore(state, package);
    return state;
}

} // namespace slipway::fuzz
