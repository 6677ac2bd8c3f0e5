// Parts that accept everything and run nothing.
#pragma once

#include "backend/fabric/parts.h"

namespace slipway::fabric
{

class IdleEngine final : public engine::Engine
{
public:
    void start(const engine::Fleet &, engine::EngineObserver) override {}
    void setFleet(const engine::Fleet &) override {}
    void setOrders(const std::string &, const v1::HostOrders &) override {}
    void observeAgain() override {}
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    std::string name() const override { return "none"; }
};

class IdleEdgeLink final : public EdgeLink
{
public:
    void start(EdgeObserver) override {}
    void setTable(const v1::RoutingTable &) override {}
    void reportAgain() override {}
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    int pid() const override { return 0; }
    int haproxyPid() const override { return 0; }
};

} // namespace slipway::fabric
