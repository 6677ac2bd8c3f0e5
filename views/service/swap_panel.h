// Swapping in one place: the nine checks, Swap now, how it goes, and the way back.
#pragma once

#include "views/service/service_models.h"
#include "views/widgets/slide_panel.h"

class QPushButton;

namespace slipway::views
{

class Banner;
class CheckList;
class ProgressStrip;

class SwapPanel : public SlidePanel
{
    Q_OBJECT

public:
    SwapPanel(PageContext &context, ServiceModels &models, QWidget *parent);
    bool follows(const v1::Operation &operation) const
    {
        return isOpen() && operation.id() == m_operation;
    }
    void openForSwap();

private:
    enum class Stage { Checking, Sent, Running, Done, Failed };

    void buildBody();
    void buildFooter();
    void swapNow();
    void swapBack();
    QString whyNotBack() const; // empty: what this panel replaced can be put back
    void send(std::uint64_t seen_revision);
    void refreshBack();
    void onReply(const Result<v1::CommandReply> &reply);
    void followOperation();
    void enter(Stage stage);
    void refresh();
    void refreshChecks();
    void refreshProgress();
    QString drainWords() const;

    PageContext &m_context;
    ServiceModels &m_models;
    Stage m_stage = Stage::Checking;
    std::string m_operation;
    std::string m_outgoing; // the deployment that left production; empty: there was none
    std::string m_incoming; // the one that came
    Label *m_intro = nullptr;
    Label *m_preview = nullptr;
    QWidget *m_line = nullptr;
    CheckList *m_checks = nullptr;
    Banner *m_result = nullptr;
    ProgressStrip *m_progress = nullptr;
    Label *m_drain = nullptr;
    QPushButton *m_swap = nullptr;
    QPushButton *m_back = nullptr;
    QPushButton *m_close = nullptr;
};

} // namespace slipway::views
