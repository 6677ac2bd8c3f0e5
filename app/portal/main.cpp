// slipway: the portal, with the fabric in its own process unless one already answers.
#include "app/portal/end_signals.h"
#include "app/portal/portal.h"
#include "app/portal/ready_report.h"
#include "app/portal/single_instance.h"
#include "backend/sys/end_signals.h"
#include "backend/sys/log_lines.h"
#include "backend/sys/paths.h"
#include "backend/sys/process_age.h"
#include "models/base/words.h"

#include <CLI/CLI.hpp>
#include <QApplication>
#include <algorithm>
#include <iostream>
#include <spdlog/spdlog.h>
#include <string_view>

using namespace slipway;

namespace
{

struct Arguments {
    portal::PortalOptions portal;
    std::string settings;
    bool report_ready = false;
};

void describe(CLI::App &app, Arguments &arguments)
{
    auto &fabric = arguments.portal.fabric;
    app.set_version_flag("--version", SLIPWAY_VERSION);
    auto *connect = app.add_option("--connect", arguments.portal.connect,
                                   "Fabric at HOST:PORT (loopback); none is started here");
    app.add_option("--socket", fabric.socket, "Unix socket of the fabric")->excludes(connect);
    app.add_option("--data", fabric.data, "Folder of everything that survives a reboot");
    app.add_option("--engine", fabric.engine, "local (the only one so far)");
    app.add_option("--hosts", fabric.hosts, "Hosts of a new fabric");
    app.add_option("--fault-domains", fabric.fault_domains, "Fault domains of a new fabric");
    app.add_option("--settings", arguments.settings, "The portal's own settings file");
    app.add_flag("--report-ready", arguments.report_ready,
                 "Print `ready MS` (since the process started) once the window can be used");
}

QString nameOf(const portal::PortalOptions &options)
{
    return models::text(options.connect.empty() ? options.fabric.socket.string() : options.connect);
}

// Such a question needs no display, and is answered without one.
bool asksForText(int argc, char **argv)
{
    return std::any_of(argv + 1, argv + argc, [](const std::string_view argument) {
        return argument == "--help" || argument == "-h" || argument == "--version";
    });
}

// One after the other: what is made later stands on what is there.
int runPortal(const Arguments &arguments, const portal::SingleInstance &single)
{
    portal::Portal portal(arguments.portal);
    QObject::connect(&portal, &portal::Portal::finished, qApp, &QApplication::quit);
    QObject::connect(&single, &portal::SingleInstance::raiseRequested, &portal,
                     [&portal] { portal.raise(); });
    const portal::EndSignals signals_to_end([&portal] { portal.end(); });
    const portal::ReadyReport report(portal.session(), portal.window());
    if (arguments.report_ready) {
        QObject::connect(&report, &portal::ReadyReport::ready, &portal,
                         [] { std::cout << "ready " << sys::processAgeMs() << std::endl; });
    }
    portal.show();
    return QApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    sys::standStraySignals();
    spdlog::set_formatter(sys::oneLineFormatter());
    Arguments arguments;
    CLI::App app("Slipway: cloud services on your own machine", "slipway");
    describe(app, arguments);
    if (asksForText(argc, argv))
        CLI11_PARSE(app, argc, argv);
    QApplication application(argc, argv); // takes Qt's own options out of argc and argv
    CLI11_PARSE(app, argc, argv);
    QApplication::setApplicationName(QStringLiteral("slipway"));
    QApplication::setApplicationDisplayName(QStringLiteral("Slipway"));
    QApplication::setApplicationVersion(QStringLiteral(SLIPWAY_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("slipway"));
    QApplication::setQuitOnLastWindowClosed(false); // the closing script says when
    auto &options = arguments.portal;
    options.fabric.socket = std::filesystem::absolute(
        options.fabric.socket.empty() ? sys::defaultSocket() : options.fabric.socket);
    options.settings_file = models::text(arguments.settings);
    portal::SingleInstance single(nameOf(options));
    if (single.raiseOther()) {
        return 0;
    }
    single.listen();
    return runPortal(arguments, single);
}
