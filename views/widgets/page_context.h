// What every page gets: the doors to the models, the look, and the way to elsewhere. All of it
// outlives the pages.
#pragma once

#include "backend/proto/result.h"

#include <QString>
#include <functional>

class QObject;

namespace slipway::models
{
class FabricStore;
class MetricHub;
class OperationModel;
class PortalSettings;
class Session;
} // namespace slipway::models

namespace slipway::views
{

class Navigator;
class Prompter;
class Theme;

// Packs a folder into a package file on a thread of its own; `done` comes in the GUI thread, and
// not at all when `context` died first. Empty: this composition cannot pack.
using PackFolder = std::function<void(const QString &folder, const QString &output,
                                      QObject *context, std::function<void(Result<void>)> done)>;

struct PageContext {
    models::Session &session;
    models::FabricStore &store;
    models::MetricHub &metrics;
    models::OperationModel &operations;
    models::PortalSettings &settings;
    Theme &theme;
    Navigator &navigator;
    Prompter &prompter;
    PackFolder pack_folder = {};
    QString samples_folder = {}; // where the sample packages lie; may be missing
};

} // namespace slipway::views
