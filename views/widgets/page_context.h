// What every page gets: the doors to the models, the look, and the way to elsewhere. All of it
// outlives the pages.
#pragma once

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

struct PageContext {
    models::Session &session;
    models::FabricStore &store;
    models::MetricHub &metrics;
    models::OperationModel &operations;
    models::PortalSettings &settings;
    Theme &theme;
    Navigator &navigator;
    Prompter &prompter;
};

} // namespace slipway::views
