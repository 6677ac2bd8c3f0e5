// A whole portal over a FakeClient: what every view test starts with. Members die in reverse.
#pragma once

#include "models/metrics/metric_hub.h"
#include "models/operations/operation_model.h"
#include "models/session/session.h"
#include "models/settings/portal_settings.h"
#include "tests/support/fake_client.h"
#include "tests/support/sample_state.h"
#include "tests/support/scripted_prompter.h"
#include "views/shell/main_window.h"
#include "views/theme/theme.h"

#include <QTemporaryDir>
#include <QtTest>

namespace slipway::test
{

// Stands still at the sample's time unless it is moved.
class FakeClock final : public sys::Clock
{
public:
    std::int64_t now_ms = kSampleNowMs;
    std::int64_t wallMs() const override { return now_ms; }
    std::int64_t steadyMs() const override { return now_ms; }
    std::int64_t bootMs() const override { return now_ms; }
};

class PortalHarness
{
public:
    explicit PortalHarness(std::vector<v1::Change> state = sampleState())
        : settings(folder.filePath(QStringLiteral("portal.ini"))), theme(settings),
          session(client, store, clock), metrics(session), operations(store)
    {
        settings.setFirstRunSeen(true);
        client.setStatus(sampleStatus());
        client.setSnapshot(std::move(state));
        theme.install();
    }

    // Starts the session and waits until the store holds the state.
    bool goLive()
    {
        session.start();
        return QTest::qWaitFor([this] { return session.isLive(); }, 5000);
    }
    // For a page alone, without the window.
    views::WindowParts parts()
    {
        return {session, store, metrics, operations, settings, theme, prompter};
    }
    std::unique_ptr<views::MainWindow> makeWindow(views::PageFactory pages)
    {
        return std::make_unique<views::MainWindow>(parts(), std::move(pages));
    }

    QTemporaryDir folder;
    FakeClient client;
    FakeClock clock;
    models::PortalSettings settings;
    views::Theme theme;
    models::FabricStore store;
    models::Session session;
    models::MetricHub metrics;
    models::OperationModel operations;
    ScriptedPrompter prompter;
};

} // namespace slipway::test
