"""Every name of the vendors' that is known here: those that are read, those that change nothing in a run, and those
that would change something and are told, each with what happens instead. Any other is told as unknown.
"""

from __future__ import annotations

READ = {
    "camunda": """properties property inputOutput in out executionListener taskListener eventListener formData
        formProperty field connector eventType variableAggregation eventInParameter eventOutParameter
        @assignee @candidateGroups @candidateUsers @formKey @formRef @dueDate @followUpDate @priority @class
        @delegateExpression @expression @type @topic @resultVariable @resultVariableName @variableMappingClass
        @variableMappingDelegateExpression @mapDecisionResult @resource @calledElementBinding @calledElementVersion
        @calledElementVersionTag @sameDeployment @inheritVariables @caseRef @decisionRef @decisionRefBinding
        @decisionRefVersion @decisionRefVersionTag @collection @elementVariable @initiator @errorCodeVariable
        @errorMessageVariable @escalationCodeVariable @errorCode @escalationCode @signalExpression
        @messageExpression""",
    "zeebe": """assignmentDefinition formDefinition taskSchedule taskDefinition taskHeaders calledElement ioMapping
        properties loopCharacteristics priorityDefinition executionListeners taskListeners subscription script
        calledDecision userTaskForm adHoc""",
    "spiff": """properties preScript postScript serviceTaskOperator calledDecisionId messagePayload messageVariable
        processVariableCorrelation""",
    "jbpm": "onEntry-script onExit-script script @taskName @ruleFlowGroup @serviceoperation",
}
"""By vendor: what has an effect, or is handed to whoever registers a handler; attributes with "@"."""

KEPT = {
    "camunda": """potentialStarter failedJobRetryTimeCycle formFieldValidation work-form-field-validation attributes
        localization value @async @asyncBefore @asyncAfter @asyncLeave @exclusive @asyncExclusive
        @asyncLeaveExclusive @jobPriority @taskPriority @jobCategory @historyTimeToLive @versionTag
        @isStartableInTasklist @modelerTemplate @modelerTemplateVersion @modelerTemplateIcon @diagramRelationId
        @calledElementTenantId @decisionRefTenantId @caseTenantId @caseBinding @caseVersion @formRefBinding
        @formRefVersion @formFieldValidation @autoStoreVariables @includeInHistory @category @fallbackToDefaultTenant
        @storeResultVariableAsTransient @processInstanceName @noWaitStatesAsyncLeave @parallelInSameTransaction
        @extensionId @errorMessage @historyLevel @isEagerExecutionFetching""",
    "zeebe": "userTask versionTag linkedResources @modelerTemplate @modelerTemplateVersion @modelerTemplateIcon",
    "spiff": """instructionsForEndUser unitTests category taskMetadataValues allowGuest guestConfirmation
        signalButtonLabel @isMatchingCorrelation @isOutputSynthetic""",
    "jbpm": """metaData import global @packageName @version @selectable @bgcolor @bordercolor @color @fontsize @dg
        @dtype @erefname @esccode @msgref @signalref @boundaryca @dockerinfo @independent @priority @serviceinterface
        @serviceimplementation @scriptFormat @import @type @linkname""",
}
"""By vendor: jobs, tenants, templates, history, pictures. Every automatic task is a job here, forms and decisions are
published with their drawing, and there is one tenant."""

INSIDE = {
    "camunda": """formField connectorId variable inputParameter outputParameter list map entry string expression script
        constraint validation attribute formalExpression resourceAssignmentExpression""",
    "zeebe": "header input output property executionListener taskListener linkedResource",
    "spiff": """property parameters parameter propertyId expression unitTest inputJson expectedOutputJson variableName
        taskMetadataValue""",
    "jbpm": "metaValue",
}
"""By vendor: the parts of these."""

_EVERY_CHANGE = ("Syaratnya diperiksa pada setiap perubahan variabel.", "Its condition is asked at every change.")
_NOT_LOCAL = ("Hasilnya menjadi variabel alur.", "Its result becomes a variable of the process.")
_LANE = ("Peran lajurnya yang menentukan siapa boleh memulai.", "The role of its lane says who may start.")
UNHEEDED: dict[str, tuple[str, str]] = {
    "@skipExpression": ("Tugasnya tidak dilewati; gambar gerbang di depannya bila harus dapat dilewati.",
                        "The task is not skipped; draw a gateway before it where it may be."),
    "@variableName": _EVERY_CHANGE, "@variableEvents": _EVERY_CHANGE, "conditionalFilter": _EVERY_CHANGE,
    "@useLocalScopeForResultVariable": _NOT_LOCAL, "@candidateStarterGroups": _LANE, "@candidateStarterUsers": _LANE,
    "@triggerable": ("Tugasnya selesai begitu penangannya selesai; tambahkan tugas terima sesudahnya bila menunggu.",
                     "The task is done when its handler is; draw a receive task behind it where it waits."),
    "@terminateAll": ("Yang berakhir hanya lingkup lingkaran akhir ini.", "Only the scope of this end event ends."),
    "@terminateMultiInstance": ("Yang berakhir hanya lingkup lingkaran akhir ini.",
                                "Only the scope of this end event ends."),
    "@scope": ("Sinyalnya sampai ke semua alur yang menunggunya.",
               "The signal reaches every process that waits for it."),
    "@waitForCompletion": ("Alur yang dipanggil selalu ditunggu.", "The called process is always waited for."),
    "@adHoc": ("Urutannya tetap menurut panah yang digambar.", "Its order stays that of the drawn flows."),
}
"""What would change a run and does not, by its name, and what happens instead."""

AS_USUAL = {"@waitForCompletion": "true", "@adHoc": "false", "@triggerable": "false", "@terminateAll": "false",
            "@terminateMultiInstance": "false", "@useLocalScopeForResultVariable": "false", "@scope": "global"}
"""The values of these that ask for nothing else than what happens."""
